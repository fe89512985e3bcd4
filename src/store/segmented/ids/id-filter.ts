import type { IdHash } from './id-hash.ts';

/**
 * Which hashes are surely not in a run: one bit for each of eight equal stretches of hashes an entry, set where there
 * is an entry. Seven of eight new ids are known to be new without a read.
 */
export class IdFilter {
  readonly bits: Uint8Array;

  /** `bits`: about a byte an entry; zeros for a run that is yet to be written. */
  constructor(bits: Uint8Array) {
    this.bits = bits;
  }

  add(high: number): void {
    const place = this.#bitOf(high);
    this.bits[place >>> 3]! |= 1 << (place & 7);
  }

  mayHave({ high }: IdHash): boolean {
    const place = this.#bitOf(high);
    return ((this.bits[place >>> 3] ?? 0) & (1 << (place & 7))) !== 0;
  }

  #bitOf(high: number): number {
    return Math.floor((high / 2 ** 32) * this.bits.length * 8);
  }
}
