import { setImmediate } from 'node:timers/promises';
import { AnnalsError } from '../../../core/errors.ts';
import type { PausableWork } from '../../../core/pausable-work.ts';
import { type Flag, isRaised } from '../../../runtime/flag.ts';

const timeSliceMillis = 4;

/**
 * Does the work in time slices of a few milliseconds, with other calls to this thread in between: a long query does not
 * hold up short ones. Rejects with `timeout` when it takes longer than allowed, pauses included, and with `abandoned`,
 * at its next step, once the client has disconnected.
 */
export async function runInSlices<T>(
  work: PausableWork<T>,
  maxMillis: number,
  disconnected?: Flag,
): Promise<T> {
  const deadline = performance.now() + maxMillis;
  let pause = performance.now() + timeSliceMillis;
  for (;;) {
    throwIfDisconnected(disconnected);
    const { done, value } = work.next();
    if (done) return value;
    if (performance.now() < pause) continue;
    if (performance.now() > deadline) {
      throw new AnnalsError(
        'timeout',
        `The query took longer than ${maxMillis} ms: narrow the window or the filter`,
      );
    }
    await setImmediate();
    pause = performance.now() + timeSliceMillis;
  }
}

/** Throws `abandoned` once the client has disconnected. */
export function throwIfDisconnected(disconnected: Flag | undefined): void {
  if (disconnected !== undefined && isRaised(disconnected)) {
    throw new AnnalsError('abandoned', 'The client disconnected before its query was answered');
  }
}
