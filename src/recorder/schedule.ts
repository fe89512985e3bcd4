/**
 * Calls back once after a delay; the function given back cancels. Such a timer does not keep the process alive
 * unless asked to.
 */
export type Schedule = (delayMs: number, callback: () => void, keepAlive?: boolean) => () => void;

export const systemSchedule: Schedule = (delayMs, callback, keepAlive = false) => {
  const timer = setTimeout(callback, delayMs);
  if (!keepAlive) timer.unref();
  return () => clearTimeout(timer);
};
