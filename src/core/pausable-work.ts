import { setImmediate } from 'node:timers/promises';

/** Work that can pause: each `yield` is a good moment for it. */
export type PausableWork<T> = Generator<void, T, void>;

/** Does work that may pause without pausing. */
export function runToCompletion<T>(work: PausableWork<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

const timeSliceMillis = 4;

/**
 * Keeps work of a second from holding up answers of a millisecond on the same thread. What is done within a few
 * milliseconds is done at once; longer work goes on in slices of that length, with everything else in between, and
 * one piece of it after the other, so that the first is not as late as the last.
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
