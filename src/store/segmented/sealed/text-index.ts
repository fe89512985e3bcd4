/**
 * In which blocks of texts every triple of consecutive bytes occurs. A search for a rare word unpacks only the blocks
 * that have all triples of the word.
 *
 * Triples are spread over buckets by their hash, so that a search reads one bucket for each of its triples. A bucket has
 * its triples in ascending order, each as
 *
 *     triple (3 bytes, as they follow each other) | header (base 128) | payload
 *
 * The header is twice the length of the payload, plus one for a bitmap. The payload is a bitmap of blocks without its last
 * bytes that are zero, or, where that is shorter, the differences of ascending block numbers in base 128; nothing if it
 * is all blocks.
 */

/** Rows whose texts share one frame. A row group is a multiple of it. */
export const textBlockRows = 256;

/** A segment with more triples has no index: its texts are no language, and it would be larger than they are. */
const maxTriples = 2 ** 18;
const triplesPerBucket = 32;
/** A longer search text is looked up by some of its triples. */
const maxLookedUp = 12;

const latelyShift = 20;
const latelyLength = 2 ** (32 - latelyShift);

const tripleAt = (bytes: Uint8Array, at: number) =>
  (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;

const hashOf = (triple: number) => Math.imul(triple, 0x9e3779b1) >>> 0;

/** The bucket of a triple among so many. */
function bucketOf(triple: number, buckets: number): number {
  return Math.floor((hashOf(triple) / 2 ** 32) * buckets);
}

/** Collects the triples of blocks of texts. */
export class TextIndexBuilder {
  readonly #blocks: number;
  /** Bytes of a bitmap. */
  readonly #stride: number;
  /** A hash table: triples plus one, 0 where there is none, and beside them the numbers of their bitmaps. */
  #slots = new Uint32Array(2 ** 14);
  /** How many bits of a hash are not used for a slot. */
  #shift = 32 - 14;
  #bitmaps = new Uint32Array(this.#slots.length);
  #bits = new Uint8Array();
  #triples = 0;

  constructor(blocks: number) {
    this.#blocks = blocks;
    this.#stride = Math.ceil(blocks / 8);
  }

  /** Adds the texts of a block, one after the other. */
  add(block: number, texts: Uint8Array): void {
    const [byte, bit] = [block >>> 3, 1 << (block & 7)];
    /** Most triples come again in the same block. */
    const lately = new Uint32Array(latelyLength);
    let triple = texts.length < 2 ? 0 : (texts[0]! << 8) | texts[1]!;
    for (let at = 2; at < texts.length; at += 1) {
      triple = ((triple << 8) & 0xffffff) | texts[at]!;
      const place = Math.imul(triple, 0x9e3779b1) >>> latelyShift;
      if (lately[place] === triple + 1) continue;
      lately[place] = triple + 1;
      if (this.#triples > maxTriples) return;
      // Before the bits are looked at: a new bitmap may move them.
      const bitmap = this.#bitmapOf(triple);
      this.#bits[bitmap * this.#stride + byte]! |= bit;
    }
  }

  /** The buckets; undefined if there are too many triples, or none. */
  buckets(): Uint8Array[] | undefined {
    if (this.#triples === 0 || this.#triples > maxTriples) return undefined;
    const count = Math.ceil(this.#triples / triplesPerBucket);
    const buckets = Array.from({ length: count }, (): { triple: number; bitmap: number }[] => []);
    for (const [slot, key] of this.#slots.entries()) {
      if (key === 0) continue;
      const triple = key - 1;
      buckets[bucketOf(triple, count)]!.push({ triple, bitmap: this.#bitmaps[slot]! });
    }
    return buckets.map((triples) => {
      const bytes: number[] = [];
      for (const { triple, bitmap } of triples.sort((a, b) => a.triple - b.triple)) {
        bytes.push(triple >>> 16, (triple >>> 8) & 0xff, triple & 0xff);
        const first = bitmap * this.#stride;
        appendBlocks(bytes, this.#bits.subarray(first, first + this.#stride), this.#blocks);
      }
      return Uint8Array.from(bytes);
    });
  }

  #bitmapOf(triple: number): number {
    const slots = this.#slots;
    const slot = this.#slotOf(triple);
    if (slots[slot] !== 0) return this.#bitmaps[slot]!;
    const bitmap = this.#triples++;
    slots[slot] = triple + 1;
    this.#bitmaps[slot] = bitmap;
    if (this.#triples * 2 > slots.length) this.#grow();
    if (this.#triples * this.#stride > this.#bits.length) {
      const bits = new Uint8Array(Math.max(2 ** 16, this.#bits.length * 2));
      bits.set(this.#bits);
      this.#bits = bits;
    }
    return bitmap;
  }

  /** The slot of a triple, or the empty one in which it would be. */
  #slotOf(triple: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    // The upper bits of the hash: the lower ones depend on the last letters alone.
    let slot = hashOf(triple) >>> this.#shift;
    while (slots[slot] !== 0 && slots[slot] !== triple + 1) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [slots, bitmaps] = [this.#slots, this.#bitmaps];
    this.#slots = new Uint32Array(slots.length * 2);
    this.#bitmaps = new Uint32Array(slots.length * 2);
    this.#shift -= 1;
    for (const [from, key] of slots.entries()) {
      if (key === 0) continue;
      const slot = this.#slotOf(key - 1);
      this.#slots[slot] = key;
      this.#bitmaps[slot] = bitmaps[from]!;
    }
  }
}

function appendBlocks(bytes: number[], bits: Uint8Array, blocks: number): void {
  const differences: number[] = [];
  let [found, before] = [0, 0];
  for (const [byte, eight] of bits.entries()) {
    for (let rest = eight; rest !== 0; rest &= rest - 1) {
      const block = byte * 8 + 31 - Math.clz32(rest & -rest);
      appendNumber(differences, block - before);
      before = block;
      found += 1;
    }
  }
  if (found === blocks) {
    bytes.push(0);
    return;
  }
  const used = bits.findLastIndex((byte) => byte !== 0) + 1;
  const isBitmap = used < differences.length;
  appendNumber(bytes, (isBitmap ? used : differences.length) * 2 + (isBitmap ? 1 : 0));
  for (const byte of isBitmap ? bits.subarray(0, used) : differences) bytes.push(byte);
}

function appendNumber(bytes: number[], number: number): void {
  let rest = number;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 0x80);
  bytes.push(rest);
}

/** Reads a number in base 128; returns it and where it ends. */
function readNumber(bytes: Uint8Array, start: number): [number: number, end: number] {
  let [number, factor, at] = [0, 1, start];
  for (; at < bytes.length; at += 1) {
    number += (bytes[at]! & 0x7f) * factor;
    if (bytes[at]! <= 0x7f) break;
    factor *= 128;
  }
  return [number, at + 1];
}

/** Whether a bitmap has a block. */
export function hasBlock(bits: Uint8Array, block: number): boolean {
  return (bits[block >>> 3]! & (1 << (block & 7))) !== 0;
}

/**
 * A bitmap of the blocks that may contain these bytes, of which there are at least three: those that have the triples
 * of the text.
 */
export function blocksWith(
  text: Uint8Array,
  blocks: number,
  buckets: number,
  readBucket: (bucket: number) => Uint8Array,
): Uint8Array {
  const bits = new Uint8Array(Math.ceil(blocks / 8)).fill(0xff);
  const last = text.length - 3;
  const lookedUp = Math.min(last + 1, maxLookedUp);
  for (let nth = 0; nth < lookedUp; nth += 1) {
    const at = lookedUp === 1 ? 0 : Math.round((nth * last) / (lookedUp - 1));
    const triple = tripleAt(text, at);
    const found = keepBlocksOf(triple, bits, readBucket(bucketOf(triple, buckets)));
    if (!found) return new Uint8Array(bits.length);
  }
  return bits;
}

/** Removes the blocks without a triple from a bitmap; returns false when no block has it. */
function keepBlocksOf(triple: number, bits: Uint8Array, bucket: Uint8Array): boolean {
  for (let at = 0; at + 3 < bucket.length; ) {
    const [header, start] = readNumber(bucket, at + 3);
    const end = start + Math.floor(header / 2);
    if (tripleAt(bucket, at) === triple) {
      if (header > 0) keepBlocks(bits, bucket.subarray(start, end), header % 2 === 1);
      return true;
    }
    at = end;
  }
  return false;
}

function keepBlocks(bits: Uint8Array, payload: Uint8Array, isBitmap: boolean): void {
  let kept = payload;
  if (!isBitmap) {
    kept = new Uint8Array(bits.length);
    for (let at = 0, block = 0; at < payload.length; ) {
      const [difference, end] = readNumber(payload, at);
      block += difference;
      kept[block >>> 3]! |= 1 << (block & 7);
      at = end;
    }
  }
  for (let byte = 0; byte < bits.length; byte += 1) bits[byte]! &= kept[byte] ?? 0;
}
