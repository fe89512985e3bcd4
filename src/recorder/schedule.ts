/**
 * Calls back once after a delay; the returned function cancels that. The timer does not keep the process alive unless
 * `keepAlive` is true.
 */
export type Schedule = (delayMs: number, callback: () => void, keepAlive?: boolean) => () => void;

/** With a longer delay `setTimeout` calls back at once. */
const maxDelayMs = 2 ** 31 - 1;

export const systemSchedule: Schedule = (delayMs, callback, keepAlive = false) => {
  const timer = setTimeout(callback, Math.min(delayMs, maxDelayMs));
  if (!keepAlive) timer.unref();
  return () => clearTimeout(timer);
};
