import { OccasionalThread } from '../../threads/occasional-thread.ts';
import { type Remote, siblingModule, Thread } from '../../threads/thread.ts';
import type { View } from './reader.ts';
import type { ReaderData, ReaderMethods } from './reader-thread.ts';

type ReaderThread = OccasionalThread<ReaderMethods>;

/** One reader is there for good, so that nobody waits for a thread to start; the others go when they are not needed. */
const spareIdleMillis = 10_000;
/** A reader that is not there yet is no better than one with so many calls: a page asks two things at a time. */
const startedAt = 2;

/** Several reader threads. One that dies fails its own calls, and another takes its place with the next call. */
export class ReaderPool {
  readonly #readers: readonly ReaderThread[];
  #data: ReaderData;

  constructor(readers: number, data: ReaderData) {
    this.#data = data;
    this.#readers = Array.from(
      { length: readers },
      (_, place) =>
        new OccasionalThread(
          () => this.#start(),
          place === 0 ? Number.POSITIVE_INFINITY : spareIdleMillis,
        ),
    );
  }

  /** The reader with the least to do. */
  get idlest(): Remote<ReaderMethods> {
    return this.#readers.reduce((a, b) => (workOf(b) < workOf(a) ? b : a)).call;
  }

  /** Tells every reader what is there. Calls made after this one see it; resolves when all have seen it. */
  async show(view: View): Promise<void> {
    this.#data = { ...this.#data, view };
    // One that starts or is replaced meanwhile starts with this view.
    await this.#tellAll(({ show }) => show(view));
  }

  /** Resolves when no reader answers from anything but what it was told of last. */
  async settle(): Promise<void> {
    await this.#tellAll(({ settle }) => settle());
  }

  /** Waits for the calls under way. */
  async close(): Promise<void> {
    await this.#tellAll(({ close }) => close());
    await Promise.all(this.#readers.map((reader) => reader.close()));
  }

  async #tellAll(tell: (call: Remote<ReaderMethods>) => Promise<unknown>): Promise<void> {
    await Promise.allSettled(this.#readers.map(({ running }) => running && tell(running.call)));
  }

  #start(): Thread<ReaderMethods> {
    const module = siblingModule(import.meta.url, './reader-thread');
    return new Thread('event store reader', module, this.#data);
  }
}

function workOf({ running, pending }: ReaderThread): number {
  return running === undefined && pending === 0 ? startedAt : pending;
}
