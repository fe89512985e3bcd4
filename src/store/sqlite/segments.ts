import { setTimeout } from 'node:timers/promises';
import { AnnalsError, messageOf } from '../../core/errors.ts';
import { siblingModule, Thread } from '../../threads/thread.ts';
import type { Erasure } from '../event-store.ts';
import type { LiveSegment } from './live/live-segment.ts';
import type { View } from './reader.ts';
import type { ReaderPool } from './reader-pool.ts';
import type { SealerData, SealerMethods } from './sealer-thread.ts';
import type { WriterMethods } from './writer-thread.ts';

/** Full segments that may wait to be sealed before appends have to wait; each of them takes memory. */
const maxWaiting = 3;
const retryMillis = 1_000;

/**
 * Which segments there are, and their way from taking events to sealed. Writer and readers are told of a change before
 * anything is removed that they might still use.
 */
export class Segments {
  readonly #data: SealerData;
  readonly #writer: Thread<WriterMethods>;
  readonly #readers: ReaderPool;
  readonly #stop = new AbortController();
  #view: View;
  #sealer: Thread<SealerMethods>;
  #sealing = false;
  /** The attempt under way, which always resolves; and what went wrong with the last one. */
  #attempt: Promise<void> = Promise.resolve();
  #failure: unknown;
  /** The sealing or erasing under way, and what waits for its turn; always resolves. */
  #turn: Promise<void> = Promise.resolve();
  /** Calls wait here in the order they were made. */
  #queue: Promise<void> = Promise.resolve();

  constructor(data: SealerData, view: View, writer: Thread<WriterMethods>, readers: ReaderPool) {
    this.#data = data;
    this.#view = view;
    this.#writer = writer;
    this.#readers = readers;
    this.#sealer = this.#startSealer();
    void this.#sealFull();
  }

  /** A new segment takes events; the one before is full. */
  begin(segment: LiveSegment): void {
    this.#show({ ...this.#view, live: [...this.#view.live, segment] });
    void this.#sealFull();
  }

  /**
   * Resolves when there is room for more events, for each caller in turn. Rejects with `unavailable` when there is none
   * because sealing fails.
   */
  room(): Promise<void> {
    const turn = this.#queue.then(() =>
      this.#waitWhile(() => this.#view.live.length > maxWaiting + 1, 'append'),
    );
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /**
   * Erases events of a log that are in segments with a lower number than `before`. Those that are still in SQLite are
   * sealed first, which drops their rows; so events are only ever erased by writing a sealed segment anew.
   */
  async erase(log: number, erasures: readonly Erasure[], before: number): Promise<void> {
    const isOpen = () => this.#view.live.some(({ number }) => number < before);
    await this.#waitWhile(isOpen, 'erase');
    await this.#inTurn(async () => {
      try {
        await this.#eraseSealed(log, erasures);
      } catch (error) {
        await this.#renewSealer();
        throw error;
      }
    });
  }

  /** Lets those who wait pass. Sealing is cut off, and taken up when the store is opened again. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#sealer.terminate();
    await this.#attempt;
    await this.#queue;
  }

  /** Waits for sealing. `purpose` completes the sentence "Cannot …". */
  async #waitWhile(tooMany: () => boolean, purpose: string): Promise<void> {
    while (tooMany() && !this.#stop.signal.aborted) {
      if (this.#failure !== undefined) {
        throw new AnnalsError(
          'unavailable',
          `Cannot ${purpose}: full segments cannot be sealed (${messageOf(this.#failure)})`,
          { cause: this.#failure },
        );
      }
      await this.#attempt;
    }
  }

  async #eraseSealed(log: number, erasures: readonly Erasure[]): Promise<void> {
    const places = erasures.map(({ sequence }) => sequence);
    const stretch = { from: Math.min(...places), to: Math.max(...places) + 1 };
    const holding = await this.#sealer.call.holding(this.#view.sealed, log, stretch);
    for (const info of holding) {
      const erased = await this.#sealer.call.erase(info, log, erasures);
      if (erased === undefined) continue;
      await this.#writer.call.replaced(erased);
      const sealed = this.#view.sealed.map((held) => (held.number === info.number ? erased : held));
      await this.#show({ ...this.#view, sealed });
    }
    await this.#readers.settle();
    await this.#sealer.call.tidy();
  }

  /** Sealing and erasing take turns: neither removes files that the other has just replaced. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Seals whatever is full, one after the other. */
  async #sealFull(): Promise<void> {
    if (this.#sealing) return;
    this.#sealing = true;
    while (this.#view.live.length > 1 && !this.#stop.signal.aborted) {
      this.#attempt = this.#inTurn(() => this.#sealOldest());
      await this.#attempt;
      if (this.#failure !== undefined) await this.#pause();
    }
    this.#sealing = false;
  }

  async #sealOldest(): Promise<void> {
    const oldest = this.#view.live[0]!;
    try {
      const sealed = await this.#sealer.call.seal(oldest);
      await this.#writer.call.sealed(sealed);
      await this.#show({
        ...this.#view,
        live: this.#view.live.filter((segment) => segment !== oldest),
        sealed: [...this.#view.sealed, sealed.segment],
        runs: sealed.runs,
      });
      await this.#sealer.call.tidy();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
    }
  }

  /** After a failure: a little time, and another thread. */
  async #pause(): Promise<void> {
    await setTimeout(retryMillis, undefined, { signal: this.#stop.signal }).catch(() => {});
    await this.#inTurn(() => this.#renewSealer());
  }

  /** The one before may be gone. */
  async #renewSealer(): Promise<void> {
    await this.#sealer.terminate();
    if (!this.#stop.signal.aborted) this.#sealer = this.#startSealer();
  }

  #show(view: View): Promise<void> {
    this.#view = view;
    return this.#readers.show(view);
  }

  #startSealer(): Thread<SealerMethods> {
    const module = siblingModule(import.meta.url, './sealer-thread');
    return new Thread('event store sealer', module, this.#data);
  }
}
