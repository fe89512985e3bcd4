/** Writes bytes one after the other, into memory that grows and is used again. */
export class ByteWriter {
  #bytes: Buffer<ArrayBuffer>;
  /** Where the next byte goes. May be set back. */
  at = 0;

  constructor(size = 65_536) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  /** What was written is before `at`. Valid until more is written. */
  get bytes(): Buffer<ArrayBuffer> {
    return this.#bytes;
  }

  byte(byte: number): void {
    if (this.at === this.#bytes.length) this.#grow(1);
    this.#bytes[this.at++] = byte;
  }

  copy(from: Buffer, start: number, end: number): void {
    const length = end - start;
    if (this.at + length > this.#bytes.length) this.#grow(length);
    const bytes = this.#bytes;
    const { at } = this;
    if (length > longCopy) from.copy(bytes, at, start, end);
    else for (let n = 0; n < length; n += 1) bytes[at + n] = from[start + n]!;
    this.at = at + length;
  }

  /** Leaves room for so many bytes, to be written later. Returns their offset. */
  skip(length: number): number {
    if (this.at + length > this.#bytes.length) this.#grow(length);
    this.at += length;
    return this.at - length;
  }

  /** In UTF-8. */
  text(text: string): void {
    const most = text.length * 3;
    if (this.at + most > this.#bytes.length) this.#grow(most);
    const bytes = this.#bytes;
    const { at } = this;
    if (text.length > longText) {
      this.at = at + bytes.write(text, at);
      return;
    }
    for (let n = 0; n < text.length; n += 1) {
      const code = text.charCodeAt(n);
      if (code >= 0x80) {
        this.at = at + n + bytes.write(text.slice(n), at + n);
        return;
      }
      bytes[at + n] = code;
    }
    this.at = at + text.length;
  }

  #grow(length: number): void {
    const bytes = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.at + length));
    bytes.set(this.#bytes.subarray(0, this.at));
    this.#bytes = bytes;
  }
}

/** From here on a call into the engine costs less than going byte by byte. */
const longCopy = 24;
const longText = 12;
