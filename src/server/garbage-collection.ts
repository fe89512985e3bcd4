import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { collectWhenIdle } from '../runtime/collect-garbage.ts';

/** A thread that works for less than this share of a second is at rest. */
const idleShare = 0.1;

/**
 * Collects what the start has left behind in this thread, which is more than what it needs from then on; and what work
 * has, in the first second in which it is at rest again.
 */
export function startGarbageCollection(): { close(): void } {
  let before: EventLoopUtilization | undefined;
  let worked = false;
  const start = setImmediate(collectWhenIdle);
  const seconds = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const resting = performance.eventLoopUtilization(now, before).utilization < idleShare;
    before = now;
    if (resting && worked) collectWhenIdle();
    worked = !resting;
  }, 1_000).unref();
  return {
    close: () => {
      clearImmediate(start);
      clearInterval(seconds);
    },
  };
}
