import { setImmediate } from 'node:timers/promises';
import { AnnalsError } from '../../../core/errors.ts';
import type { Slices } from '../../../core/long-work.ts';

export type { Slices };

const sliceMillis = 4;

/**
 * Does the work in slices of a few milliseconds, with other calls to this thread in between, so that a long question
 * does not hold up short ones. Rejects with `timeout` when it takes longer than allowed, counting the pauses.
 */
export async function inSlices<T>(work: Slices<T>, maxMillis: number): Promise<T> {
  const deadline = performance.now() + maxMillis;
  let pause = performance.now() + sliceMillis;
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    if (performance.now() < pause) continue;
    if (performance.now() > deadline) {
      throw new AnnalsError(
        'timeout',
        `The question took longer than ${maxMillis} ms: narrow the window or the filter`,
      );
    }
    await setImmediate();
    pause = performance.now() + sliceMillis;
  }
}
