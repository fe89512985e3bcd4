import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Has V8 give back, now, what this thread no longer uses. By itself V8 lets a heap of ten megabytes grow to fifty before
 * it looks, does not look at all while nothing happens, and does not see the megabytes that threads share behind a small
 * object: they stay until every thread that ever knew of them has looked. Costs a millisecond for each megabyte in use.
 */
export function collectGarbage(): void {
  collect ??= collectorOf();
  collect();
}

let collect: (() => void) | undefined;

function collectorOf(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  // Code that was compiled and kept is only good for a process with the same flags.
  setFlagsFromString('--no-expose-gc');
  return gc;
}
