/** Finds known names in bytes, without creating texts. */
export class NameTable {
  /** A hash table with open addressing. It has the index of a name + 1; 0 is a free slot. */
  readonly #slots: Uint16Array;
  readonly #names: readonly Uint8Array[];

  constructor(names: readonly string[]) {
    // Not `Buffer.from`: a few bytes of its pool would keep 64 KB for as long as there is the table.
    const encoder = new TextEncoder();
    this.#names = names.map((name) => encoder.encode(name));
    this.#slots = new Uint16Array(2 ** Math.ceil(Math.log2(names.length * 4 + 1)));
    for (const [index, name] of this.#names.entries()) {
      let slot = this.#slotOf(name, 0, name.length);
      while (this.#slots[slot] !== 0) slot = this.#after(slot);
      this.#slots[slot] = index + 1;
    }
  }

  /** The index of a name in the list of the constructor; -1 when it is not there. */
  find(bytes: Uint8Array, start: number, end: number): number {
    for (let slot = this.#slotOf(bytes, start, end); ; slot = this.#after(slot)) {
      const index = this.#slots[slot]! - 1;
      if (index < 0 || isSame(this.#names[index]!, bytes, start, end)) return index;
    }
  }

  #after(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1);
  }

  /** Hashes the length and three of the bytes, which is enough for a few names. */
  #slotOf(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length === 0) return 0;
    const middle = bytes[start + (length >> 1)]!;
    const hash = length + bytes[start]! * 7 + middle * 31 + bytes[end - 1]! * 17;
    return hash & (this.#slots.length - 1);
  }
}

function isSame(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let at = 0; at < name.length; at += 1) if (name[at] !== bytes[start + at]) return false;
  return true;
}
