import type { Codes } from '../log-slice.ts';

/** Bytes for each code, if this is the largest one. */
export function codeWidth(largest: number): 1 | 2 | 4 {
  return largest < 2 ** 8 ? 1 : largest < 2 ** 16 ? 2 : 4;
}

export function createCodes(width: number, length: number): Codes {
  if (width === 1) return new Uint8Array(length);
  return width === 2 ? new Uint16Array(length) : new Uint32Array(length);
}

/** The codes in these little-endian bytes. */
export function readCodes(bytes: Uint8Array, width: number): Codes {
  const { buffer, byteOffset, byteLength } = bytes;
  if (width === 1) return bytes;
  const aligned =
    byteOffset % width === 0 ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
  const start = aligned === buffer ? byteOffset : 0;
  const length = byteLength / width;
  return width === 2
    ? new Uint16Array(aligned, start, length)
    : new Uint32Array(aligned, start, length);
}

/** The bytes of a column, as they are in a file. */
export function bytesOf(column: Codes): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}
