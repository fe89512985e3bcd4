import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AnnalsError, messageOf } from '../../core/errors.ts';
import type { Micros } from '../../core/micros.ts';
import { OnDemandThread } from '../../runtime/on-demand-thread.ts';
import { siblingModule, Thread } from '../../runtime/thread.ts';
import type { DroppedLogs } from '../dropped-logs.ts';
import type { Erasure, ExpiredRange } from '../event-store.ts';
import type { ActiveSegment } from './active/active-segment.ts';
import type { CatalogueChange, CatalogueFile, FileKind, WrittenFile } from './catalogue.ts';
import { filesOf } from './data-directory.ts';
import type { StoreVersion } from './reader.ts';
import type { ReaderPool } from './reader-pool.ts';
import { canCompactAny } from './sealed/compaction-policy.ts';
import { droppedPrefixOf } from './sealed/drop.ts';
import type { SealedInfo } from './sealed/sealed-segment.ts';
import type { DropResult } from './sealer.ts';
import type { SealerData, SealerMethods } from './sealer-thread.ts';
import type { WriterMethods } from './writer-thread.ts';

type SegmentState = 'unsealed' | 'sealed' | 'dropped';

/** How many segments there are in each state, and how long their files are. Of a dropped one the hashes are left. */
export type SegmentCounts = Readonly<
  Record<SegmentState, { readonly segments: number; readonly bytes: number }>
>;

/** Full segments that may wait to be sealed; with more of them appends wait, because each takes memory. */
const maxWaiting = 3;
const retryMillis = 1_000;
/** How long the sealer's thread stays without work. The tens of megabytes that it needed are freed when it ends. */
const sealerIdleMillis = 1_000;

/**
 * Has segments sealed, erased from, dropped and compacted. Each of these changes has the same steps, which README.md in
 * this folder draws:
 *
 * 1. The writer stages the files in the catalogue.
 * 2. The sealer writes them.
 * 3. The writer publishes them.
 * 4. The readers are told of the new version.
 * 5. Once no reader looks at them, the sealer deletes the files that were replaced.
 */
export class Segments {
  readonly #writer: Thread<WriterMethods>;
  readonly #readers: ReaderPool;
  readonly #dropped: DroppedLogs;
  readonly #sealer: OnDemandThread<SealerMethods>;
  readonly #segmentEvents: number;
  readonly #directory: string;
  readonly #stop = new AbortController();
  /** What the readers were told last. */
  #version: StoreVersion;
  /** Files that were replaced and not deleted yet. */
  #obsolete: readonly CatalogueFile[] = [];
  #sealing = false;
  /** The sealing or compacting under way, which always resolves; and why the last sealing failed. */
  #attempt: Promise<unknown> = Promise.resolve();
  #failure: unknown;
  /** The change under way, and those that wait for their turn; always resolves. */
  #turn: Promise<void> = Promise.resolve();
  /** Appends that wait for room, in the order they were made. */
  #queue: Promise<void> = Promise.resolve();

  constructor(
    data: SealerData,
    { version, dropped }: { readonly version: StoreVersion; readonly dropped: DroppedLogs },
    writer: Thread<WriterMethods>,
    readers: ReaderPool,
  ) {
    this.#version = version;
    this.#writer = writer;
    this.#readers = readers;
    this.#dropped = dropped;
    this.#segmentEvents = data.segmentEvents;
    this.#directory = data.directory;
    const module = siblingModule(import.meta.url, './sealer-thread');
    const start = () => new Thread<SealerMethods>('event store sealer', module, data);
    this.#sealer = new OnDemandThread(start, sealerIdleMillis);
    void this.#sealFull();
  }

  /** Reads no more than the lengths of the few files that are not sealed. */
  async counts(): Promise<SegmentCounts> {
    const { active, sealed } = this.#version;
    const files = active.flatMap(({ file }) => filesOf('active', file));
    const lengths = await Promise.all(
      // One of them may be sealed and deleted at this moment.
      files.map((file) =>
        stat(join(this.#directory, file)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    const ofSealed = (isDropped: boolean) => {
      const those = sealed.filter(({ dropped }) => dropped === isDropped);
      return { segments: those.length, bytes: sum(those.map(({ bytes }) => bytes)) };
    };
    return {
      unsealed: { segments: active.length, bytes: sum(lengths) },
      sealed: ofSealed(false),
      dropped: ofSealed(true),
    };
  }

  /** A new segment takes events; the one before is full. */
  addActive(segment: ActiveSegment): void {
    // The version of a change that was published meanwhile has it already.
    if (!this.#version.active.some(({ number }) => number === segment.number)) {
      void this.#show({ ...this.#version, active: [...this.#version.active, segment] });
    }
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
   * Erases events of a log that are in segments with a lower number than `before`. Segments that are still in SQLite are
   * sealed first, which deletes their databases. So there is one way to erase: to write a sealed segment again.
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

  /** What the oldest segments have of each log, as long as all of it was recorded before an instant. */
  expiredRanges(recordedBefore: Micros): Promise<ExpiredRange[]> {
    return this.#exclusively(() =>
      this.#sealer.call.expiredRanges(this.#version.sealed, recordedBefore),
    );
  }

  /** Drops the oldest segments, as long as they have no other events than these. */
  drop(expired: readonly ExpiredRange[]): Promise<void> {
    return this.#exclusively(() => this.#dropSealed(expired));
  }

  /** Ends all waiting. The sealing under way is finished; full segments that wait are sealed after the next start. */
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
    const sequences = erasures.map(({ sequence }) => sequence);
    const range = { from: Math.min(...sequences), to: Math.max(...sequences) + 1 };
    const segments = await this.#sealer.call.segmentsWith(this.#version.sealed, log, range);
    const outputs = await this.#stageAgain(segments, 'sealed');
    const written: WrittenFile[] = [];
    const replaced: number[] = [];
    try {
      for (const [nth, segment] of segments.entries()) {
        const file = await this.#sealer.call.erase(segment, log, erasures, outputs[nth]!);
        if (file === undefined) continue;
        written.push(file);
        replaced.push(segment.fileId);
      }
    } finally {
      await this.#replace({ written, replaced });
    }
  }

  async #dropSealed(expired: readonly ExpiredRange[]): Promise<void> {
    const segments = await this.#sealer.call.segmentsWithin(this.#version.sealed, expired);
    const outputs = await this.#stageAgain(segments, 'hashes');
    const dropped: DropResult[] = [];
    try {
      for (const [nth, segment] of segments.entries()) {
        dropped.push(await this.#sealer.call.drop(segment, outputs[nth]!));
      }
    } finally {
      const written = dropped.map((result) => result.written);
      const replaced = segments.slice(0, dropped.length).map(({ fileId }) => fileId);
      await this.#replace({ written, replaced }, () => {
        for (const { organisation, ...log } of dropped.flatMap(({ logs }) => logs)) {
          this.#dropped.add(organisation, droppedPrefixOf({ organisation, ...log }));
        }
      });
    }
  }

  /** Stages files that take the place of these segments, one each. */
  #stageAgain(segments: readonly SealedInfo[], kind: FileKind) {
    if (segments.length === 0) return [];
    return this.#writer.call.stage(
      segments.map(({ number, last, revision }) => ({
        kind,
        first: number,
        last,
        revision: revision + 1,
      })),
    );
  }

  /**
   * Publishes a change and deletes the files that it replaced, and those that an earlier change could not delete.
   * `beforeShown` is called before any response can lack the events that are gone.
   */
  async #replace(change: CatalogueChange, beforeShown: () => void = () => {}): Promise<void> {
    if (change.written.length > 0) {
      const { version, obsolete } = await this.#writer.call.publish(change);
      this.#obsolete = obsolete;
      beforeShown();
      await this.#show(version);
    }
    await this.#removeObsolete();
  }

  /** Readers have databases and runs of ids open, but open a sealed segment only when they look at it. */
  async #removeObsolete(): Promise<void> {
    const obsolete = this.#obsolete;
    if (obsolete.length === 0) return;
    if (obsolete.some(({ kind }) => kind === 'sealed' || kind === 'hashes')) {
      await this.#readers.releaseOldVersions();
    }
    await this.#sealer.call.remove(obsolete);
    await this.#writer.call.forget(obsolete.map(({ fileId }) => fileId));
    this.#obsolete = [];
  }

  /**
   * Sealing, erasing, dropping and compacting take turns: none stages files while the sealer still writes those of
   * another. After a failure the sealer's thread is ended, and the next turn gets another one.
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

  /** Seals full segments, one after the other; then compacts small ones, until one is full again. */
  async #sealFull(): Promise<void> {
    if (this.#sealing) return;
    this.#sealing = true;
    let mayCompact = true;
    while (!this.#stop.signal.aborted && (this.#version.active.length > 1 || mayCompact)) {
      if (this.#version.active.length > 1) {
        this.#attempt = this.#exclusively(() => this.#sealOldest());
        await this.#attempt;
        if (this.#failure !== undefined) await this.#pause();
        mayCompact = true;
      } else {
        const compacting = this.#compactSmall();
        this.#attempt = compacting;
        mayCompact = await compacting;
      }
    }
    this.#sealing = false;
  }

  /**
   * Makes one segment of two small ones: erasing ends the active segment, and many small ones would make queries slow.
   * False when there are none, or when it fails; it is tried again after the next sealing.
   */
  #compactSmall(): Promise<boolean> {
    return this.#exclusively(async () => {
      const { sealed } = this.#version;
      // Nearly always there are none, and no thread has to be started to know that.
      if (!canCompactAny(sealed, this.#segmentEvents)) return false;
      const segments = await this.#sealer.call.neighboursToCompact(sealed);
      if (segments === undefined) return false;
      const [{ number: first }, { last }] = segments;
      const [output] = await this.#writer.call.stage([
        { kind: 'sealed', first, last, revision: 0 },
      ]);
      const written = await this.#sealer.call.compact(segments, output!);
      await this.#replace({ written: [written], replaced: segments.map(({ fileId }) => fileId) });
      return true;
    }).catch(() => false);
  }

  async #sealOldest(): Promise<void> {
    const [oldest] = this.#version.active as [ActiveSegment];
    try {
      const plan = await this.#writer.call.planSeal(oldest.number);
      const change = await this.#sealer.call.seal(oldest, plan);
      const { version, obsolete } = await this.#writer.call.publish(change);
      this.#obsolete = obsolete;
      await this.#show(version);
      await this.#removeObsolete();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
    }
  }

  /** After a failure: waits a little, and ends the sealer's thread. */
  async #pause(): Promise<void> {
    await setTimeout(retryMillis, undefined, { signal: this.#stop.signal }).catch(() => {});
    await this.#exclusively(() => this.#sealer.end());
  }

  #show(version: StoreVersion): Promise<void> {
    this.#version = version;
    return this.#readers.useVersion(version);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
