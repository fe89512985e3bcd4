/** Joins arrays of bytes in a buffer of their own, which can be transferred to another thread, or released. */
export function joinBytes(arrays: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    bytes.set(array, at);
    at += array.length;
  }
  return bytes;
}

/** Whether this may be a slice of Node's buffer pool, which must neither be transferred nor released. */
export function mayShareBuffer({ buffer }: Uint8Array): boolean {
  return buffer.byteLength < 2 * Buffer.poolSize;
}

/**
 * Frees the memory of bytes that are not used any more; they are empty afterwards. The collector would let megabytes pile
 * up before it runs. Small arrays are left to it.
 */
export function releaseBuffer(bytes: Uint8Array<ArrayBuffer>): void {
  if (!mayShareBuffer(bytes)) bytes.buffer.transfer(0);
}
