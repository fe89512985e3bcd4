interface Sliceable<T> {
  readonly length: number;
  slice(from: number, to: number): T;
}

/** The pieces of so many entries that make up the whole; the last one may be shorter. */
export function* splitEvery<T extends Sliceable<T>>(whole: T, length: number): Generator<T> {
  for (let at = 0; at < whole.length; at += length) yield whole.slice(at, at + length);
}
