import { type Remote, siblingModule, Thread } from '../../threads/thread.ts';
import type { View } from './reader.ts';
import type { ReaderData, ReaderMethods } from './reader-thread.ts';

type ReaderThread = Thread<ReaderMethods>;

/** Several reader threads. One that dies fails its own calls, and another takes its place with the next call. */
export class ReaderPool {
  readonly #readers: (ReaderThread | undefined)[];
  #data: ReaderData;

  constructor(readers: number, data: ReaderData) {
    this.#data = data;
    this.#readers = Array.from({ length: readers }, () => undefined);
    for (const place of this.#readers.keys()) this.#start(place);
  }

  /** The reader with the least to do. */
  get idlest(): Remote<ReaderMethods> {
    const readers = this.#readers.map((reader, place) => reader ?? this.#start(place));
    return readers.reduce((a, b) => (b.pending < a.pending ? b : a)).call;
  }

  /** Tells every reader what is there. Calls made after this one see it; resolves when all have seen it. */
  async show(view: View): Promise<void> {
    this.#data = { ...this.#data, view };
    // One that dies meanwhile is replaced by one that starts with this view.
    await Promise.allSettled(this.#readers.map((reader) => reader?.call.show(view)));
  }

  /** Resolves when no reader answers from anything but what it was told of last. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#readers.map((reader) => reader?.call.settle()));
  }

  /** Waits for the calls under way. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#readers.map((reader) => reader?.call.close()));
    await Promise.all(this.#readers.map((reader) => reader?.terminate()));
  }

  #start(place: number): ReaderThread {
    const module = siblingModule(import.meta.url, './reader-thread');
    const reader: ReaderThread = new Thread('event store reader', module, this.#data);
    this.#readers[place] = reader;
    void reader.ended.then(() => {
      if (this.#readers[place] === reader) this.#readers[place] = undefined;
    });
    return reader;
  }
}
