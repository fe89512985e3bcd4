import type { IdHash } from './id-hash.ts';

/**
 * Which hashes are certainly not in an id run. The hashes are divided into equal ranges, eight for each entry, and each
 * range has a bit, which is set if it has an entry. So seven of eight new ids are known to be new without a read.
 */
export class IdFilter {
  readonly bits: Uint8Array;

  /** `bits` has about a byte for each entry; they are zeros for a run that will be written. */
  constructor(bits: Uint8Array) {
    this.bits = bits;
  }

  add(high: number): void {
    const bit = this.#bitOf(high);
    this.bits[bit >>> 3]! |= 1 << (bit & 7);
  }

  mayHave({ high }: IdHash): boolean {
    const bit = this.#bitOf(high);
    return ((this.bits[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  }

  #bitOf(high: number): number {
    return Math.floor((high / 2 ** 32) * this.bits.length * 8);
  }
}
