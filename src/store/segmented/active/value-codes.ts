import { randomInt } from 'node:crypto';
import { type ActiveColumns, valueCountIndex } from './columns.ts';

const fewestSlots = 4_096;
const seed = randomInt(2 ** 32);

/** Gives every distinct (facet, value) of active columns its code, and adds new ones to the columns. */
export class ValueCodes {
  readonly #columns: ActiveColumns;
  /** A hash table with open addressing: codes; 0 is free. */
  #slots = new Uint32Array(fewestSlots);
  /** By code: the table can grow without reading the values again. */
  #hashes = new Uint32Array(fewestSlots);

  /** For columns that may have values already. */
  constructor(columns: ActiveColumns) {
    this.#columns = columns;
    const { counters, values, valueEnds, valueFacets } = columns;
    for (let code = 1; code <= counters[valueCountIndex]!; code += 1) {
      const hash = hashOf(valueFacets[code]!, values, valueEnds[code - 1]!, valueEnds[code]!);
      this.#enter(code, hash, freeSlot(this.#slots, hash));
    }
  }

  /** The code of the value that these bytes are. There must be room for a new one. */
  codeOf(facet: number, bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(facet, bytes, start, end);
    let slot = hash & (this.#slots.length - 1);
    for (;;) {
      const code = this.#slots[slot]!;
      if (code === 0) return this.#add(facet, bytes.subarray(start, end), hash, slot);
      if (this.#hashes[code] === hash && this.#is(code, facet, bytes, start, end)) return code;
      slot = (slot + 1) & (this.#slots.length - 1);
    }
  }

  #is(code: number, facet: number, bytes: Uint8Array, start: number, end: number): boolean {
    const { values, valueEnds, valueFacets } = this.#columns;
    const from = valueEnds[code - 1]!;
    if (valueFacets[code] !== facet || valueEnds[code]! - from !== end - start) return false;
    for (let at = start; at < end; at += 1) {
      if (values[from + at - start] !== bytes[at]) return false;
    }
    return true;
  }

  #add(facet: number, value: Uint8Array, hash: number, slot: number): number {
    const { counters, values, valueEnds, valueFacets } = this.#columns;
    const last = counters[valueCountIndex]!;
    const code = last + 1;
    values.set(value, valueEnds[last]!);
    valueEnds[code] = valueEnds[last]! + value.length;
    valueFacets[code] = facet;
    this.#enter(code, hash, slot);
    Atomics.store(counters, valueCountIndex, code);
    return code;
  }

  #enter(code: number, hash: number, slot: number): void {
    this.#slots[slot] = code;
    if (code === this.#hashes.length) this.#hashes = copyOf(this.#hashes, code * 2);
    this.#hashes[code] = hash;
    if (code * 2 > this.#slots.length) this.#grow(code);
  }

  #grow(lastCode: number): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    for (let code = 1; code <= lastCode; code += 1) {
      slots[freeSlot(slots, this.#hashes[code]!)] = code;
    }
    this.#slots = slots;
  }
}

function freeSlot(slots: Uint32Array, hash: number): number {
  let slot = hash & (slots.length - 1);
  while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
  return slot;
}

function copyOf(words: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(length);
  copy.set(words);
  return copy;
}

/** FNV-1a, mixed at the end. With a seed, so that nobody outside can create values that collide. */
function hashOf(facet: number, bytes: Uint8Array, start: number, end: number): number {
  let hash = seed ^ facet;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
