import { setTimeout } from 'node:timers/promises';
import { AnnalsError, messageOf } from '../../core/errors.ts';
import type { Micros } from '../../core/micros.ts';
import { collectGarbage } from '../../threads/collect.ts';
import { OccasionalThread } from '../../threads/occasional-thread.ts';
import { siblingModule, Thread } from '../../threads/thread.ts';
import type { DroppedLogs } from '../dropped-logs.ts';
import type { Erasure, Expired } from '../event-store.ts';
import type { LiveSegment } from './live/live-segment.ts';
import type { View } from './reader.ts';
import type { ReaderPool } from './reader-pool.ts';
import { droppedOf } from './sealed/drop.ts';
import { areSomeSmall } from './sealed/due-for-merge.ts';
import type { SealedInfo } from './sealed/sealed-segment.ts';
import type { DroppedSegment } from './sealer.ts';
import type { SealerData, SealerMethods } from './sealer-thread.ts';
import type { WriterMethods } from './writer-thread.ts';

/** Full segments that may wait to be sealed before appends have to wait; each of them takes memory. */
const maxWaiting = 3;
const retryMillis = 1_000;
/** How long the sealer is kept for more to do. What it has needed, tens of megabytes, goes with it. */
const sealerIdleMillis = 1_000;

/**
 * Which segments there are, and their way from taking events to sealed. Writer and readers are told of a change before
 * anything is removed that they might still use.
 */
export class Segments {
  readonly #writer: Thread<WriterMethods>;
  readonly #readers: ReaderPool;
  readonly #dropped: DroppedLogs;
  readonly #sealer: OccasionalThread<SealerMethods>;
  readonly #segmentEvents: number;
  readonly #stop = new AbortController();
  #view: View;
  #sealing = false;
  /** What is being sealed or merged, which always resolves; and why the last could not be sealed. */
  #attempt: Promise<unknown> = Promise.resolve();
  #failure: unknown;
  /** The sealing or erasing under way, and what waits for its turn; always resolves. */
  #turn: Promise<void> = Promise.resolve();
  /** Calls wait here in the order they were made. */
  #queue: Promise<void> = Promise.resolve();

  constructor(
    data: SealerData,
    { view, dropped }: { readonly view: View; readonly dropped: DroppedLogs },
    writer: Thread<WriterMethods>,
    readers: ReaderPool,
  ) {
    this.#view = view;
    this.#writer = writer;
    this.#readers = readers;
    this.#dropped = dropped;
    this.#segmentEvents = data.segmentEvents;
    const module = siblingModule(import.meta.url, './sealer-thread');
    const start = () => new Thread<SealerMethods>('event store sealer', module, data);
    this.#sealer = new OccasionalThread(start, sealerIdleMillis);
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
    await this.untilSealed(before, 'erase');
    await this.#inTurn(() => this.#eraseSealed(log, erasures));
  }

  /**
   * Resolves when segments with a lower number are sealed. Rejects with `unavailable` when they cannot be; `purpose`
   * completes the sentence "Cannot …".
   */
  untilSealed(before: number, purpose: string): Promise<void> {
    return this.#waitWhile(() => this.#view.live.some(({ number }) => number < before), purpose);
  }

  /** What the oldest segments have of each log, as far as all of it was recorded before an instant. */
  expired(recordedBefore: Micros): Promise<Expired[]> {
    return this.#inTurn(() => this.#sealer.call.expired(this.#view.sealed, recordedBefore));
  }

  /** Drops the oldest segments, as far as they have no events but these. */
  drop(expired: readonly Expired[]): Promise<void> {
    return this.#inTurn(() => this.#dropSealed(expired));
  }

  /** Lets those who wait pass. What is being sealed is finished, what waits for it is sealed when the store is opened again. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#sealer.close();
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
      await this.#show({ ...this.#view, sealed: this.#withInPlace(erased) });
    }
    await this.#forget();
  }

  async #dropSealed(expired: readonly Expired[]): Promise<void> {
    const dropped: DroppedSegment[] = [];
    try {
      for (const info of await this.#sealer.call.within(this.#view.sealed, expired)) {
        dropped.push(await this.#sealer.call.drop(info));
      }
    } finally {
      await this.#showDropped(dropped);
    }
  }

  async #showDropped(dropped: readonly DroppedSegment[]): Promise<void> {
    const runs = dropped.at(-1)?.runs;
    if (runs === undefined) return;
    const segments = dropped.map(({ segment }) => segment);
    await this.#writer.call.dropped({ segments, runs });
    // Told of before any answer is without these events.
    for (const { logs } of dropped) {
      for (const log of logs) this.#dropped.add(log.organisation, droppedOf(log));
    }
    await this.#show({ ...this.#view, sealed: this.#withInPlace(...segments), runs });
    await this.#forget();
  }

  /** The sealed segments with some that are in the place of what they had. */
  #withInPlace(...anew: readonly SealedInfo[]): SealedInfo[] {
    const isReplaced = ({ number: held }: SealedInfo) =>
      anew.some(({ number, last }) => number <= held && held <= last);
    const rest = this.#view.sealed.filter((held) => !isReplaced(held));
    return [...rest, ...anew].sort((a, b) => a.number - b.number);
  }

  /** Removes what has been replaced, once no question looks at it. */
  async #forget(): Promise<void> {
    await this.#readers.settle();
    await this.#sealer.call.tidy(this.#view.sealed);
  }

  /**
   * Sealing, erasing, dropping and merging take turns: none removes files that another has just replaced. After a
   * failure there is another thread for it, because the one before may be gone.
   */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => {
      try {
        return await work();
      } catch (error) {
        await this.#sealer.end();
        throw error;
      }
    });
    this.#turn = turn.then(
      () => {},
      () => {},
    );
    return turn;
  }

  /** Seals whatever is full, one after the other; then merges what is small, as long as nothing is full meanwhile. */
  async #sealFull(): Promise<void> {
    if (this.#sealing) return;
    this.#sealing = true;
    let mayMerge = true;
    while (!this.#stop.signal.aborted && (this.#view.live.length > 1 || mayMerge)) {
      if (this.#view.live.length > 1) {
        this.#attempt = this.#inTurn(() => this.#sealOldest());
        await this.#attempt;
        if (this.#failure !== undefined) await this.#pause();
        mayMerge = true;
      } else {
        const merging = this.#mergeSmall();
        this.#attempt = merging;
        mayMerge = await merging;
      }
    }
    this.#sealing = false;
  }

  /**
   * Makes one segment of two that are small. Erasing ends the segment that takes events, and many small ones would make
   * questions slow. False when there are none; what fails is tried again when a segment has been sealed.
   */
  #mergeSmall(): Promise<boolean> {
    return this.#inTurn(async () => {
      // Nearly always there are none, and a thread need not be started to find out.
      if (!areSomeSmall(this.#view.sealed, this.#segmentEvents)) return false;
      const merged = await this.#sealer.call.merge(this.#view.sealed);
      if (merged === undefined) return false;
      await this.#writer.call.replaced(merged);
      await this.#show({ ...this.#view, sealed: this.#withInPlace(merged) });
      await this.#forget();
      return true;
    }).catch(() => false);
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
      // Its columns were known here too, and stay as long as any thread knows them.
      collectGarbage();
      await this.#sealer.call.tidy(this.#view.sealed);
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
    }
  }

  /** After a failure: a little time, and another thread. */
  async #pause(): Promise<void> {
    await setTimeout(retryMillis, undefined, { signal: this.#stop.signal }).catch(() => {});
    await this.#inTurn(() => this.#sealer.end());
  }

  #show(view: View): Promise<void> {
    this.#view = view;
    return this.#readers.show(view);
  }
}
