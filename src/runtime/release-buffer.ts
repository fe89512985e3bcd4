/**
 * Gives the memory of these bytes back now. V8 would let megabytes pile up before it looks, above all where they came
 * from another thread. Call it when nobody looks at the bytes any more: they are empty afterwards. Small bytes stay as
 * they are, for the garbage collector.
 * What it saves is in `docs/decisions/022-memory-policy.md`.
 */
export function releaseBuffer(bytes: Uint8Array<ArrayBuffer>): void {
  if (!mayShareBuffer(bytes)) bytes.buffer.transfer(0);
}

/**
 * Whether other bytes may be in the same buffer: Node cuts small buffers out of larger ones of about this size. Such a
 * buffer must neither move to another thread nor be released.
 */
export function mayShareBuffer({ buffer }: Uint8Array): boolean {
  return buffer.byteLength < 2 * Buffer.poolSize;
}
