import { OnDemandThread } from '../../runtime/on-demand-thread.ts';
import { type Remote, siblingModule, Thread } from '../../runtime/thread.ts';
import type { StoreVersion } from './reader.ts';
import type { ReaderData, ReaderMethods } from './reader-thread.ts';

type ReaderThread = OnDemandThread<ReaderMethods>;

/** The first reader stays, so that no query waits for a thread to start. The others end when they are not needed. */
const spareIdleMillis = 10_000;
/** A reader that has to be started counts as one with so many calls: a page makes two at a time. */
const unstartedLoad = 2;

/** Several reader threads. When one dies, its own calls fail, and the next call starts another. */
export class ReaderPool {
  readonly #readers: readonly ReaderThread[];
  #data: ReaderData;

  constructor(readers: number, data: ReaderData) {
    this.#data = data;
    this.#readers = Array.from(
      { length: readers },
      (_, nth) =>
        new OnDemandThread(
          () => this.#start(),
          nth === 0 ? Number.POSITIVE_INFINITY : spareIdleMillis,
        ),
    );
  }

  /** The reader with the least to do. */
  get leastBusy(): Remote<ReaderMethods> {
    return this.#readers.reduce((a, b) => (loadOf(b) < loadOf(a) ? b : a)).call;
  }

  /** Makes every reader use a version. Calls made after this one see it; resolves when all readers use it. */
  async useVersion(version: StoreVersion): Promise<void> {
    this.#data = { ...this.#data, version };
    // A reader that starts meanwhile starts with this version.
    await this.#callAll((call) => call.useVersion(version));
  }

  /** Resolves when every reader uses the last version only. */
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
