import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { collectAtRest } from '../threads/collect.ts';

/** A thread that works for less than this share of a second is at rest. */
const restingShare = 0.1;

/**
 * Collects what the start has left behind in this thread, which is more than what it needs from then on; and what work
 * has, in the first second in which it is at rest again.
 */
export function startCollecting(): { close(): void } {
  let before: EventLoopUtilization | undefined;
  let worked = false;
  const start = setImmediate(collectAtRest);
  const seconds = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const resting = performance.eventLoopUtilization(now, before).utilization < restingShare;
    before = now;
    if (resting && worked) collectAtRest();
    worked = !resting;
  }, 1_000).unref();
  return {
    close: () => {
      clearImmediate(start);
      clearInterval(seconds);
    },
  };
}
