/** These pieces as one, in a buffer of its own: it can move to another thread, or be released. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Node cuts small buffers out of larger ones of about this size, which must neither move nor be released. */
export function mayShareBuffer({ buffer }: Uint8Array): boolean {
  return buffer.byteLength < 2 * Buffer.poolSize;
}

/**
 * Gives memory back now, where the collector would let megabytes pile up before it looks; small pieces are left to it.
 * For bytes that nobody looks at any more: they are empty afterwards.
 */
export function releaseBuffer(bytes: Uint8Array<ArrayBuffer>): void {
  if (!mayShareBuffer(bytes)) bytes.buffer.transfer(0);
}
