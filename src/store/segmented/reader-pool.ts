import { OnDemandThread } from '../../runtime/on-demand-thread.ts';
import { type Remote, siblingModule, Thread } from '../../runtime/thread.ts';
import type { StoreVersion } from './reader.ts';
import type { ReaderData, ReaderMethods } from './reader-thread.ts';

type ReaderThread = OnDemandThread<ReaderMethods>;

/** One reader is there for good, so that nobody waits for a thread to start; the others go when they are not needed. */
const spareIdleMillis = 10_000;
/** A reader that is not there yet is no better than one with so many calls: a page asks two things at a time. */
const unstartedLoad = 2;

/** Several reader threads. One that dies fails its own calls, and another takes its place with the next call. */
export class ReaderPool {
  readonly #readers: readonly ReaderThread[];
  #data: ReaderData;

  constructor(readers: number, data: ReaderData) {
    this.#data = data;
    this.#readers = Array.from(
      { length: readers },
      (_, place) =>
        new OnDemandThread(
          () => this.#start(),
          place === 0 ? Number.POSITIVE_INFINITY : spareIdleMillis,
        ),
    );
  }

  /** The reader with the least to do. */
  get leastBusy(): Remote<ReaderMethods> {
    return this.#readers.reduce((a, b) => (loadOf(b) < loadOf(a) ? b : a)).call;
  }

  /** Tells every reader what is there. Calls made after this one see it; resolves when all have seen it. */
  async useVersion(version: StoreVersion): Promise<void> {
    this.#data = { ...this.#data, version };
    // One that starts or is replaced meanwhile starts with this view.
    await this.#callAll((call) => call.useVersion(version));
  }

  /** Resolves when no reader answers from anything but what it was told of last. */
  async releaseOldVersions(): Promise<void> {
    await this.#callAll((call) => call.releaseOldVersions());
  }

  /** Waits for the calls under way. */
  async close(): Promise<void> {
    await this.#callAll(({ close }) => close());
    await Promise.all(this.#readers.map((reader) => reader.close()));
  }

  async #callAll(tell: (call: Remote<ReaderMethods>) => Promise<unknown>): Promise<void> {
    await Promise.allSettled(this.#readers.map(({ running }) => running && tell(running.call)));
  }

  #start(): Thread<ReaderMethods> {
    const module = siblingModule(import.meta.url, './reader-thread');
    return new Thread('event store reader', module, this.#data);
  }
}

function loadOf({ running, pending }: ReaderThread): number {
  return running === undefined && pending === 0 ? unstartedLoad : pending;
}
