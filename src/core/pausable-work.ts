import { setImmediate } from 'node:timers/promises';
import { Turns } from './turns.ts';

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

interface Waiting {
  readonly owner: string;
  readonly step: () => boolean;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs work so that a second of it does not delay other responses of the same thread. The first few milliseconds run at
 * once, which is all that most work needs. Longer work goes on in time slices, with everything else in between. Owners take
 * turns, so that nobody waits for the end of somebody else's work. Of one owner, one such work is finished before the next
 * one, so that the first is not as late as the last.
 */
export class PausableWorkQueue {
  readonly #waiting = new Turns<Waiting>();
  #running = false;

  async run<T>(work: PausableWork<T>, owner = ''): Promise<T> {
    const first = runTimeSlice(work);
    if (first.done === true) return first.value;
    return new Promise<T>((resolve, reject) => {
      const step = () => {
        const { done, value } = runTimeSlice(work);
        if (done === true) resolve(value);
        return done === true;
      };
      this.#waiting.add(owner, { owner, step, reject });
      if (!this.#running) void this.#runWaiting();
    });
  }

  async #runWaiting(): Promise<void> {
    this.#running = true;
    for (;;) {
      await setImmediate();
      const next = this.#waiting.take();
      if (next === undefined) break;
      try {
        if (!next.step()) this.#waiting.putBack(next.owner, next);
      } catch (error) {
        next.reject(error);
      }
    }
    this.#running = false;
  }
}

function runTimeSlice<T>(work: PausableWork<T>): IteratorResult<void, T> {
  const end = performance.now() + timeSliceMillis;
  for (;;) {
    const step = work.next();
    if (step.done === true || performance.now() > end) return step;
  }
}
