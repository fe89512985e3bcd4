import { AnnalsError, type ErrorCode } from '../../src/core/errors.ts';

/** Code that must cope with any bytes. */
export interface Target {
  /** Words that random bytes would hardly find. */
  readonly dictionary: readonly string[];
  /** Throws when something happened that must not happen: another error than the documented one, or a wrong result. */
  run(input: Buffer): void | Promise<void>;
}

/** What a function returns; undefined when it throws an error with one of these codes, which is its right to do. */
export function unlessRejected<T>(call: () => T, ...codes: readonly ErrorCode[]): T | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof AnnalsError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
