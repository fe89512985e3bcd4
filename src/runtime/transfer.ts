import type { Transferable } from 'node:worker_threads';

const marked = new WeakMap<object, readonly Transferable[]>();

/**
 * Marks an argument or a result of a call: these buffers move to the other thread and are not copied. Here they are gone
 * afterwards. A buffer must have its memory for itself: small ones from `Buffer.from` share a pool.
 * What it saves is in `docs/decisions/022-memory-policy.md`.
 */
export function markTransfer<T extends object>(value: T, buffers: readonly Transferable[]): T {
  marked.set(value, buffers);
  return value;
}

/** The buffers to move with these values. */
export function transferList(values: readonly unknown[]): Transferable[] {
  return values.flatMap((value) =>
    typeof value === 'object' && value !== null ? (marked.get(value) ?? []) : [],
  );
}
