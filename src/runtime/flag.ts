/** A bit that one thread can show to all others at any time, even to those that are too busy for messages. */
export type Flag = Int32Array<SharedArrayBuffer>;

/** A flag that is raised once the signal is aborted. It can be sent to other threads, which then share it. */
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
