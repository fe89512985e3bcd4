import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Has V8 give back, now, what this thread no longer uses. By itself V8 lets a heap of ten megabytes grow to fifty before
 * it looks, and does not see the megabytes that threads share behind a small object: they stay until every thread that
 * ever knew of them has looked. Costs about a millisecond for each megabyte in use.
 */
export function collectGarbage(): void {
  collector ??= exposedCollector();
  collector();
}

/** Less than this is not worth the search. */
const minGrowthBytes = 4_000_000;
/** What this thread had after it was collected at rest for the last time. */
let usedAfterCollection = 0;

/**
 * The same for a thread that is at rest, and whatever V8 keeps in reserve as well, when it has taken more since the last
 * time: V8 does not look while nothing happens. Takes three times as long.
 */
export function collectWhenIdle(): void {
  if (usedBytes() < usedAfterCollection + minGrowthBytes) return;
  collector ??= exposedCollector();
  collector({ flavor: 'last-resort' });
  usedAfterCollection = usedBytes();
}

function usedBytes(): number {
  const { total_heap_size, external_memory } = getHeapStatistics();
  return total_heap_size + external_memory;
}

type Collector = (how?: { readonly flavor: 'last-resort' }) => void;

let collector: Collector | undefined;

function exposedCollector(): Collector {
  for (;;) {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('globalThis.gc') as Collector | undefined;
    // Code that was compiled and kept is only good for a process with the same flags.
    setFlagsFromString('--no-expose-gc');
    // The flag is that of the process: another thread may just have taken it back.
    if (gc !== undefined) return gc;
  }
}
