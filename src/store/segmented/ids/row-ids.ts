import type { IdHash } from './id-hash.ts';

const wordsPerEntry = 3;
const buckets = 65_536;

/** The hashes of the ids of a segment's rows, without an object for each. */
export class RowIds {
  readonly #entries: Uint32Array;
  #count = 0;

  /** For at most so many ids. */
  constructor(most: number) {
    this.#entries = new Uint32Array(most * wordsPerEntry);
  }

  get length(): number {
    return this.#count;
  }

  add({ high, low }: IdHash, row: number): void {
    put(this.#entries, this.#count, high, low, row);
    this.#count += 1;
  }

  /** Visits all of them in the order of their hashes. */
  forEachInOrder(visit: (high: number, low: number, row: number) => void): void {
    const sorted = this.#sorted();
    for (let at = 0; at < this.#count * wordsPerEntry; at += wordsPerEntry) {
      visit(sorted[at]!, sorted[at + 1]!, sorted[at + 2]!);
    }
  }

  /**
   * Hashes are spread evenly. With about as many buckets as ids, each bucket has about one id, and to put an id into its
   * bucket nearly sorts it.
   */
  #sorted(): Uint32Array {
    const entries = this.#entries;
    const ends = new Uint32Array(buckets + 1);
    for (let n = 0; n < this.#count; n += 1) ends[bucketOf(entries[n * wordsPerEntry]!) + 1]! += 1;
    for (let bucket = 0; bucket < buckets; bucket += 1) ends[bucket + 1]! += ends[bucket]!;
    const starts = ends.slice();
    const sorted = new Uint32Array(this.#count * wordsPerEntry);
    for (let n = 0; n < this.#count; n += 1) {
      const [high, low, row] = [
        entries[n * wordsPerEntry]!,
        entries[n * wordsPerEntry + 1]!,
        entries[n * wordsPerEntry + 2]!,
      ];
      const bucket = bucketOf(high);
      let index = ends[bucket]!;
      ends[bucket] = index + 1;
      for (; index > starts[bucket]! && isBefore(high, low, sorted, index - 1); index -= 1) {
        sorted.copyWithin(
          index * wordsPerEntry,
          (index - 1) * wordsPerEntry,
          index * wordsPerEntry,
        );
      }
      put(sorted, index, high, low, row);
    }
    return sorted;
  }
}

function bucketOf(high: number): number {
  return high >>> 16;
}

function isBefore(high: number, low: number, entries: Uint32Array, index: number): boolean {
  const other = entries[index * wordsPerEntry]!;
  return high < other || (high === other && low < entries[index * wordsPerEntry + 1]!);
}

function put(entries: Uint32Array, index: number, high: number, low: number, row: number): void {
  entries[index * wordsPerEntry] = high;
  entries[index * wordsPerEntry + 1] = low;
  entries[index * wordsPerEntry + 2] = row;
}
