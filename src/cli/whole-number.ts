import { InvalidArgumentError } from 'commander';

/** Reads a flag's value that is a whole number of at least `lowest`. */
export const wholeNumber =
  (lowest: number) =>
  (text: string): number => {
    if (!/^\d{1,9}$/.test(text) || Number(text) < lowest) {
      throw new InvalidArgumentError(`It must be a whole number from ${lowest}.`);
    }
    return Number(text);
  };
