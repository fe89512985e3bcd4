import { createHash } from 'node:crypto';

/**
 * A set of texts in 16 bytes or so each: it keeps 64 bits of a hash. Two of a billion texts are taken for one with a
 * chance of 1 in 40, so it is for deciding whether to look again and not for dropping anything.
 */
export class IdSet {
  #slots = new BigUint64Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** True when the text was not there. */
  add(text: string): boolean {
    if (!this.#put(this.#slots, hashOf(text))) return false;
    this.#size += 1;
    if (this.#size * 2 > this.#slots.length) this.#grow();
    return true;
  }

  #put(slots: BigUint64Array, hash: bigint): boolean {
    const mask = slots.length - 1;
    let at = Number(hash & 0x1fffffffffffffn) & mask;
    for (;;) {
      const held = slots[at];
      if (held === hash) return false;
      if (held === 0n) {
        slots[at] = hash;
        return true;
      }
      at = (at + 1) & mask;
    }
  }

  #grow(): void {
    const slots = new BigUint64Array(this.#slots.length * 2);
    for (const hash of this.#slots) if (hash !== 0n) this.#put(slots, hash);
    this.#slots = slots;
  }
}

/** Never 0, which marks a free slot. */
function hashOf(text: string): bigint {
  return createHash('sha1').update(text).digest().readBigUInt64LE() | 1n;
}
