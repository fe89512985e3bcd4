/**
 * Calls back once after a delay; the function given back cancels. Such a timer does not keep the process alive
 * unless asked to.
 */
export type Schedule = (delayMs: number, callback: () => void, keepAlive?: boolean) => () => void;

/** A longer delay would make `setTimeout` call back at once. */
const maxDelayMs = 2 ** 31 - 1;

export const systemSchedule: Schedule = (delayMs, callback, keepAlive = false) => {
  const timer = setTimeout(callback, Math.min(delayMs, maxDelayMs));
  if (!keepAlive) timer.unref();
  return () => clearTimeout(timer);
};
