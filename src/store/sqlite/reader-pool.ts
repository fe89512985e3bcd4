import { type Remote, siblingModule, Thread } from '../../threads/thread.ts';
import type { View } from './reader.ts';
import type { ReaderData, ReaderMethods } from './reader-thread.ts';

type ReaderThread = Thread<ReaderMethods>;

/** Several reader threads. One that dies fails its own calls, and another takes its place. */
export class ReaderPool {
  readonly #readers: ReaderThread[];
  #data: ReaderData;
  #closing = false;

  constructor(readers: number, data: ReaderData) {
    this.#data = data;
    this.#readers = Array.from({ length: readers }, (_, place) => this.#start(place));
  }

  /** The reader with the least to do. */
  get idlest(): Remote<ReaderMethods> {
    return this.#readers.reduce((a, b) => (b.pending < a.pending ? b : a)).call;
  }

  /** Tells every reader what is there. Calls made after this one see it; resolves when all have seen it. */
  async show(view: View): Promise<void> {
    this.#data = { ...this.#data, view };
    // A reader that dies meanwhile is replaced by one that starts with this view.
    await Promise.allSettled(this.#readers.map(({ call }) => call.show(view)));
  }

  /** Waits for the calls under way. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.allSettled(this.#readers.map(({ call }) => call.close()));
    await Promise.all(this.#readers.map((reader) => reader.terminate()));
  }

  #start(place: number): ReaderThread {
    const module = siblingModule(import.meta.url, './reader-thread');
    const thread: ReaderThread = new Thread('event store reader', module, this.#data);
    void thread.ended.then((reason) => {
      if (reason !== undefined && !this.#closing) this.#readers[place] = this.#start(place);
    });
    return thread;
  }
}
