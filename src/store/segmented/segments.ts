import { setTimeout } from 'node:timers/promises';
import { AnnalsError, messageOf } from '../../core/errors.ts';
import type { Micros } from '../../core/micros.ts';
import { collectGarbage } from '../../runtime/collect-garbage.ts';
import { OnDemandThread } from '../../runtime/on-demand-thread.ts';
import { siblingModule, Thread } from '../../runtime/thread.ts';
import type { DroppedLogs } from '../dropped-logs.ts';
import type { Erasure, ExpiredRange } from '../event-store.ts';
import type { ActiveSegment } from './active/active-segment.ts';
import type { StoreVersion } from './reader.ts';
import type { ReaderPool } from './reader-pool.ts';
import { canCompactAny } from './sealed/compaction-policy.ts';
import { droppedPrefixOf } from './sealed/drop.ts';
import type { SealedInfo } from './sealed/sealed-segment.ts';
import type { DropResult } from './sealer.ts';
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
  readonly #sealer: OnDemandThread<SealerMethods>;
  readonly #segmentEvents: number;
  readonly #stop = new AbortController();
  #version: StoreVersion;
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
    { view, dropped }: { readonly view: StoreVersion; readonly dropped: DroppedLogs },
    writer: Thread<WriterMethods>,
    readers: ReaderPool,
  ) {
    this.#version = view;
    this.#writer = writer;
    this.#readers = readers;
    this.#dropped = dropped;
    this.#segmentEvents = data.segmentEvents;
    const module = siblingModule(import.meta.url, './sealer-thread');
    const start = () => new Thread<SealerMethods>('event store sealer', module, data);
    this.#sealer = new OnDemandThread(start, sealerIdleMillis);
    void this.#sealFull();
  }

  /** A new segment takes events; the one before is full. */
  addActive(segment: ActiveSegment): void {
    this.#publish({ ...this.#version, active: [...this.#version.active, segment] });
    void this.#sealFull();
  }

  /**
   * Resolves when there is room for more events, for each caller in turn. Rejects with `unavailable` when there is none
   * because sealing fails.
   */
  waitForRoom(): Promise<void> {
    const turn = this.#queue.then(() =>
      this.#waitWhile(() => this.#version.active.length > maxWaiting + 1, 'append'),
    );
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /**
   * Erases events of a log that are in segments with a lower number than `before`. Those that are still in SQLite are
   * sealed first, which drops their rows; so events are only ever erased by writing a sealed segment anew.
   */
  async erase(log: number, erasures: readonly Erasure[], before: number): Promise<void> {
    await this.waitUntilSealed(before, 'erase');
    await this.#exclusively(() => this.#eraseSealed(log, erasures));
  }

  /**
   * Resolves when segments with a lower number are sealed. Rejects with `unavailable` when they cannot be; `purpose`
   * completes the sentence "Cannot …".
   */
  waitUntilSealed(before: number, purpose: string): Promise<void> {
    return this.#waitWhile(
      () => this.#version.active.some(({ number }) => number < before),
      purpose,
    );
  }

  /** What the oldest segments have of each log, as far as all of it was recorded before an instant. */
  expiredRanges(recordedBefore: Micros): Promise<ExpiredRange[]> {
    return this.#exclusively(() => this.#sealer.call.expired(this.#version.sealed, recordedBefore));
  }

  /** Drops the oldest segments, as far as they have no events but these. */
  drop(expired: readonly ExpiredRange[]): Promise<void> {
    return this.#exclusively(() => this.#dropSealed(expired));
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
    const holding = await this.#sealer.call.holding(this.#version.sealed, log, stretch);
    for (const info of holding) {
      const erased = await this.#sealer.call.erase(info, log, erasures);
      if (erased === undefined) continue;
      await this.#writer.call.replaced(erased);
      await this.#publish({ ...this.#version, sealed: this.#withReplacements(erased) });
    }
    await this.#removeObsolete();
  }

  async #dropSealed(expired: readonly ExpiredRange[]): Promise<void> {
    const dropped: DropResult[] = [];
    try {
      for (const info of await this.#sealer.call.within(this.#version.sealed, expired)) {
        dropped.push(await this.#sealer.call.drop(info));
      }
    } finally {
      await this.#showDropped(dropped);
    }
  }

  async #showDropped(dropped: readonly DropResult[]): Promise<void> {
    const runs = dropped.at(-1)?.runs;
    if (runs === undefined) return;
    const segments = dropped.map(({ segment }) => segment);
    await this.#writer.call.dropped({ segments, runs });
    // Told of before any answer is without these events.
    for (const { logs } of dropped) {
      for (const log of logs) this.#dropped.add(log.organisation, droppedPrefixOf(log));
    }
    await this.#publish({ ...this.#version, sealed: this.#withReplacements(...segments), runs });
    await this.#removeObsolete();
  }

  /** The sealed segments with some that are in the place of what they had. */
  #withReplacements(...anew: readonly SealedInfo[]): SealedInfo[] {
    const isReplaced = ({ number: held }: SealedInfo) =>
      anew.some(({ number, last }) => number <= held && held <= last);
    const rest = this.#version.sealed.filter((held) => !isReplaced(held));
    return [...rest, ...anew].sort((a, b) => a.number - b.number);
  }

  /** Removes what has been replaced, once no question looks at it. */
  async #removeObsolete(): Promise<void> {
    await this.#readers.releaseOldVersions();
    await this.#sealer.call.tidy(this.#version.sealed);
  }

  /**
   * Sealing, erasing, dropping and merging take turns: none removes files that another has just replaced. After a
   * failure there is another thread for it, because the one before may be gone.
   */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
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
    while (!this.#stop.signal.aborted && (this.#version.active.length > 1 || mayMerge)) {
      if (this.#version.active.length > 1) {
        this.#attempt = this.#exclusively(() => this.#sealOldest());
        await this.#attempt;
        if (this.#failure !== undefined) await this.#pause();
        mayMerge = true;
      } else {
        const merging = this.#compactSmall();
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
  #compactSmall(): Promise<boolean> {
    return this.#exclusively(async () => {
      // Nearly always there are none, and a thread need not be started to find out.
      if (!canCompactAny(this.#version.sealed, this.#segmentEvents)) return false;
      const merged = await this.#sealer.call.merge(this.#version.sealed);
      if (merged === undefined) return false;
      await this.#writer.call.replaced(merged);
      await this.#publish({ ...this.#version, sealed: this.#withReplacements(merged) });
      await this.#removeObsolete();
      return true;
    }).catch(() => false);
  }

  async #sealOldest(): Promise<void> {
    const oldest = this.#version.active[0]!;
    try {
      const sealed = await this.#sealer.call.seal(oldest);
      await this.#writer.call.sealed(sealed);
      await this.#publish({
        ...this.#version,
        active: this.#version.active.filter((segment) => segment !== oldest),
        sealed: [...this.#version.sealed, sealed.segment],
        runs: sealed.runs,
      });
      // Its columns were known here too, and stay as long as any thread knows them.
      collectGarbage();
      await this.#sealer.call.tidy(this.#version.sealed);
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
    }
  }

  /** After a failure: a little time, and another thread. */
  async #pause(): Promise<void> {
    await setTimeout(retryMillis, undefined, { signal: this.#stop.signal }).catch(() => {});
    await this.#exclusively(() => this.#sealer.end());
  }

  #publish(view: StoreVersion): Promise<void> {
    this.#version = view;
    return this.#readers.useVersion(view);
  }
}
