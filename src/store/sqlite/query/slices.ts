import { setImmediate } from 'node:timers/promises';
import { AnnalsError } from '../../../core/errors.ts';
import type { Slices } from '../../../core/long-work.ts';
import { type Flag, isRaised } from '../../../threads/flag.ts';

export type { Slices };

const sliceMillis = 4;

/**
 * Does the work in slices of a few milliseconds, with other calls to this thread in between, so that a long question
 * does not hold up short ones. Rejects with `timeout` when it takes longer than allowed, counting the pauses, and with
 * `abandoned`, at its next step, once whoever asked has left.
 */
export async function inSlices<T>(work: Slices<T>, maxMillis: number, left?: Flag): Promise<T> {
  const deadline = performance.now() + maxMillis;
  let pause = performance.now() + sliceMillis;
  for (;;) {
    stopIfLeft(left);
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

/** Throws `abandoned` once whoever asked has left. */
export function stopIfLeft(left: Flag | undefined): void {
  if (left !== undefined && isRaised(left)) {
    throw new AnnalsError('abandoned', 'Whoever asked the question has left');
  }
}
