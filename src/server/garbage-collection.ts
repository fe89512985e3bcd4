import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { collectWhenIdle } from '../runtime/collect-garbage.ts';

/** A thread that works for less than this share of a second is idle. */
const idleShare = 0.1;

/**
 * Collects the garbage of the start in this thread, which is more than the thread needs from then on; and the garbage of
 * work, in the first second in which the thread is idle again.
 */
export function startGarbageCollection(): { close(): void } {
  let before: EventLoopUtilization | undefined;
  let worked = false;
  const start = setImmediate(collectWhenIdle);
  const seconds = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const isIdle = performance.eventLoopUtilization(now, before).utilization < idleShare;
    before = now;
    if (isIdle && worked) collectWhenIdle();
    worked = !isIdle;
  }, 1_000).unref();
  return {
    close: () => {
      clearImmediate(start);
      clearInterval(seconds);
    },
  };
}
