import { setImmediate } from 'node:timers/promises';

/** Work that can pause: at each `yield`. */
export type PausableWork<T> = Generator<void, T, void>;

/** Runs work to its end without a pause. */
export function runToCompletion<T>(work: PausableWork<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

const timeSliceMillis = 4;

/**
 * Runs work so that a second of it does not delay other responses of the same thread. The first few milliseconds run at
 * once, which is all that most work needs. Longer work goes on in time slices, with everything else in between. One such
 * work is finished before the next one, so that the first is not as late as the last.
 */
export class PausableWorkQueue {
  #last: Promise<unknown> = Promise.resolve();

  async run<T>(work: PausableWork<T>): Promise<T> {
    const first = runTimeSlice(work);
    if (first.done === true) return first.value;
    const rest = this.#last.then(() => finishInTimeSlices(work));
    this.#last = rest.catch(() => {});
    return rest;
  }
}

async function finishInTimeSlices<T>(work: PausableWork<T>): Promise<T> {
  for (;;) {
    await setImmediate();
    const { done, value } = runTimeSlice(work);
    if (done === true) return value;
  }
}

function runTimeSlice<T>(work: PausableWork<T>): IteratorResult<void, T> {
  const end = performance.now() + timeSliceMillis;
  for (;;) {
    const step = work.next();
    if (step.done === true || performance.now() > end) return step;
  }
}
