import type { IdHash } from './id-hash.ts';

const wordsPerEntry = 3;
const buckets = 65_536;

/** The ids of a segment's rows, without an object for each. */
export class RowIds {
  readonly #entries: Uint32Array;
  #count = 0;

  /** For so many ids or fewer. */
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
   * Hashes are spread evenly, so of as many buckets as there are ids each has about one: putting an id into its bucket
   * is nearly all there is to do.
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
      let place = ends[bucket]!;
      ends[bucket] = place + 1;
      for (; place > starts[bucket]! && isBefore(high, low, sorted, place - 1); place -= 1) {
        sorted.copyWithin(
          place * wordsPerEntry,
          (place - 1) * wordsPerEntry,
          place * wordsPerEntry,
        );
      }
      put(sorted, place, high, low, row);
    }
    return sorted;
  }
}

function bucketOf(high: number): number {
  return high >>> 16;
}

function isBefore(high: number, low: number, entries: Uint32Array, place: number): boolean {
  const other = entries[place * wordsPerEntry]!;
  return high < other || (high === other && low < entries[place * wordsPerEntry + 1]!);
}

function put(entries: Uint32Array, place: number, high: number, low: number, row: number): void {
  entries[place * wordsPerEntry] = high;
  entries[place * wordsPerEntry + 1] = low;
  entries[place * wordsPerEntry + 2] = row;
}
