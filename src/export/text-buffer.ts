/** Room beyond the full size, for the text that exceeds it: an event has at most 64 KiB. */
const spareBytes = 256 * 1024;

/** No character takes more bytes than this in UTF-8, as JavaScript counts characters. */
const maxBytesPerCharacter = 3;

/**
 * Texts as bytes, one after the other, in memory that is used again and again. However much text goes through it, it
 * creates nothing that the garbage collector must keep.
 */
export class TextBuffer {
  readonly #fullBytes: number;
  #memory: Buffer;
  #length = 0;

  /** Full with this many bytes. It accepts more, and frees the memory for them when it is cleared. */
  constructor(fullBytes: number) {
    this.#fullBytes = fullBytes;
    this.#memory = Buffer.allocUnsafeSlow(fullBytes + spareBytes);
  }

  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length >= this.#fullBytes;
  }

  /** Its bytes, or those between two offsets; valid until it is cleared or more is added. */
  bytes(from = 0, to = this.#length): Buffer {
    return this.#memory.subarray(from, to);
  }

  add(text: string): void {
    const room = this.#memory.length - this.#length;
    if (text.length * maxBytesPerCharacter > room) this.#reserve(Buffer.byteLength(text));
    this.#length += this.#memory.write(text, this.#length);
  }

  addBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#memory.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  clear(): void {
    this.#length = 0;
    const usual = this.#fullBytes + spareBytes;
    if (this.#memory.length > usual) this.#memory = Buffer.allocUnsafeSlow(usual);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#memory.length) return;
    const larger = Buffer.allocUnsafeSlow(needed);
    larger.set(this.bytes());
    this.#memory = larger;
  }
}
