/** Finds known names in bytes without making texts of them. */
export class NameTable {
  /** A hash table with open addressing: place of a name + 1; 0 is free. */
  readonly #slots: Uint16Array;
  readonly #names: readonly Uint8Array[];

  constructor(names: readonly string[]) {
    this.#names = names.map((name) => Buffer.from(name));
    this.#slots = new Uint16Array(2 ** Math.ceil(Math.log2(names.length * 4 + 1)));
    for (const [place, name] of this.#names.entries()) {
      let slot = this.#slotOf(name, 0, name.length);
      while (this.#slots[slot] !== 0) slot = this.#after(slot);
      this.#slots[slot] = place + 1;
    }
  }

  /** The place of a name in the list the table was made of; -1 when it is not there. */
  find(bytes: Uint8Array, start: number, end: number): number {
    for (let slot = this.#slotOf(bytes, start, end); ; slot = this.#after(slot)) {
      const place = this.#slots[slot]! - 1;
      if (place < 0 || isSame(this.#names[place]!, bytes, start, end)) return place;
    }
  }

  #after(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1);
  }

  /** By length and three of the bytes, which tell a handful of names apart. */
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
