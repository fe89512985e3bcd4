import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A collection costs a few milliseconds for each megabyte in use: for less than this it is not worth it. */
const minGrowthBytes = 4_000_000;
/** What this thread held after it was collected for the last time. */
let heldAfterCollection = 0;

/**
 * Frees what this thread does not use any more, and what V8 keeps in reserve, if the thread holds more than after the
 * last time. Call it when the thread is idle: V8 does not look for garbage while nothing happens, and the room of a
 * burst would stay. Does nothing in a process that runs without V8's flag `--expose-gc`; `bin/annals.js` sets it.
 * What it saves is in `docs/decisions/022-memory-policy.md`.
 */
export function collectWhenIdle(): void {
  if (heldBytes() < heldAfterCollection + minGrowthBytes) return;
  collector ??= exposedCollector();
  collector?.({ flavor: 'last-resort' });
  heldAfterCollection = heldBytes();
}

/** A thread that works for less than this share of a second is idle. */
const idleShare = 0.1;

/**
 * From now on collects what work has left behind in this thread, in the first second in which it is idle again. For the
 * main thread; other threads do so by themselves (`serveCalls`).
 */
export function startIdleCollection(): { close(): void } {
  let before: EventLoopUtilization | undefined;
  let worked = false;
  const seconds = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const idle = performance.eventLoopUtilization(now, before).utilization < idleShare;
    before = now;
    if (idle && worked) collectWhenIdle();
    worked = !idle;
  }, 1_000).unref();
  return { close: () => clearInterval(seconds) };
}

function heldBytes(): number {
  const { total_heap_size, external_memory } = getHeapStatistics();
  return total_heap_size + external_memory;
}

type Collector = (options: { readonly flavor: 'last-resort' }) => unknown;

let collector: Collector | undefined;

/** The global object of the main thread may be older than the flag; that of a new context is not. */
function exposedCollector(): Collector | undefined {
  return globalThis.gc ?? (runInNewContext('globalThis.gc') as Collector | undefined);
}
