/** Something that one thread can tell all others at any time, also those that are too busy for messages. */
export type Flag = Int32Array<SharedArrayBuffer>;

/** A flag that is raised once the signal is aborted. It may be sent to other threads, which then share it. */
export function flagFromSignal(signal: AbortSignal): Flag {
  const flag = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const raise = () => void Atomics.store(flag, 0, 1);
  if (signal.aborted) raise();
  else signal.addEventListener('abort', raise, { once: true });
  return flag;
}

export function isRaised(flag: Flag): boolean {
  return Atomics.load(flag, 0) === 1;
}
