/**
 * Memory for all threads, full of zeros, which takes room only where it is written to. So a caller may reserve more than
 * it expects to need.
 *
 * V8 gets memory that may grow from the system page by page, and returns it as a whole. Other shared memory may come
 * from the allocator, which has used it before: it is overwritten with zeros, and so taken in full.
 * What it saves is in `docs/decisions/022-memory-policy.md`.
 */
export function reserveSharedMemory(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes, { maxByteLength: bytes });
}
