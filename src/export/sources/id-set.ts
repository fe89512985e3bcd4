import { createHash } from 'node:crypto';

/** 128 bits of a hash of an id: that two different ids have the same is not to be expected. */
export const idHashBytes = 16;

export function hashId(id: string): Buffer {
  const hash = createHash('sha256').update(id).digest().subarray(0, idHashBytes);
  // All zeros marks a free slot.
  hash[0] = (hash[0] ?? 0) | 1;
  return hash;
}

/** A set of ids in about 40 bytes each, however long they are. Each can have a mark, a number from 1 to 255. */
export class IdSet {
  #slots = new BigUint64Array(2 * 512);
  #marks = new Uint8Array(512);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Returns true when the id was not in the set. */
  add(id: string): boolean {
    return this.addHash(hashId(id));
  }

  has(id: string): boolean {
    const hash = hashId(id);
    const at = this.#find(hash.readBigUInt64LE(0), hash.readBigUInt64LE(8));
    return this.#slots[at] !== 0n;
  }

  /** Adds an id if it is not in the set, and marks it. Returns the mark before; 0 if there was none. */
  mark(id: string, mark: number): number {
    const hash = hashId(id);
    this.addHash(hash);
    const index = this.#find(hash.readBigUInt64LE(0), hash.readBigUInt64LE(8)) / 2;
    const before = this.#marks[index] ?? 0;
    this.#marks[index] = mark;
    return before;
  }

  /** Adds an id by its hash, from `hashId`. */
  addHash(hash: Buffer): boolean {
    const low = hash.readBigUInt64LE(0);
    const high = hash.readBigUInt64LE(8);
    if (!this.#put(low, high, 0)) return false;
    this.#size += 1;
    if (this.#size * 3 > this.#slots.length) this.#grow();
    return true;
  }

  #put(low: bigint, high: bigint, mark: number): boolean {
    const at = this.#find(low, high);
    if (this.#slots[at] !== 0n) return false;
    this.#slots[at] = low;
    this.#slots[at + 1] = high;
    this.#marks[at / 2] = mark;
    return true;
  }

  /** Where this hash is, or the free slot for it. */
  #find(low: bigint, high: bigint): number {
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    let slot = Number((low >> 1n) & 0x1fffffffffffffn) & mask;
    for (;;) {
      const held = slots[2 * slot];
      if (held === 0n || (held === low && slots[2 * slot + 1] === high)) return 2 * slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const before = this.#slots;
    const marks = this.#marks;
    this.#slots = new BigUint64Array(before.length * 2);
    this.#marks = new Uint8Array(before.length);
    for (let at = 0; at < before.length; at += 2) {
      const low = before[at] ?? 0n;
      if (low !== 0n) this.#put(low, before[at + 1] ?? 0n, marks[at / 2] ?? 0);
    }
  }
}
