import type { IdHash } from './id-hash.ts';

const words = 3;
const buckets = 65_536;

/** The ids of a segment's rows, without an object for each. */
export class RowIds {
  readonly #entries: Uint32Array;
  #count = 0;

  /** For so many ids or fewer. */
  constructor(most: number) {
    this.#entries = new Uint32Array(most * words);
  }

  get length(): number {
    return this.#count;
  }

  add({ high, low }: IdHash, row: number): void {
    put(this.#entries, this.#count, high, low, row);
    this.#count += 1;
  }

  /** Visits all of them in the order of their hashes. */
  inOrder(visit: (high: number, low: number, row: number) => void): void {
    const sorted = this.#sorted();
    for (let at = 0; at < this.#count * words; at += words) {
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
    for (let n = 0; n < this.#count; n += 1) ends[bucketOf(entries[n * words]!) + 1]! += 1;
    for (let bucket = 0; bucket < buckets; bucket += 1) ends[bucket + 1]! += ends[bucket]!;
    const starts = ends.slice();
    const sorted = new Uint32Array(this.#count * words);
    for (let n = 0; n < this.#count; n += 1) {
      const [high, low, row] = [
        entries[n * words]!,
        entries[n * words + 1]!,
        entries[n * words + 2]!,
      ];
      const bucket = bucketOf(high);
      let place = ends[bucket]!;
      ends[bucket] = place + 1;
      for (; place > starts[bucket]! && isBefore(high, low, sorted, place - 1); place -= 1) {
        sorted.copyWithin(place * words, (place - 1) * words, place * words);
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
  const other = entries[place * words]!;
  return high < other || (high === other && low < entries[place * words + 1]!);
}

function put(entries: Uint32Array, place: number, high: number, low: number, row: number): void {
  entries[place * words] = high;
  entries[place * words + 1] = low;
  entries[place * words + 2] = row;
}
