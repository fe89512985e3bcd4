import type { Micros } from '../../core/micros.ts';
import type { Erasure, Expired, Range } from '../event-store.ts';
import type { DataDirectory } from './data-directory.ts';
import { IdRun } from './ids/id-run.ts';
import { dueForMerge, type RunSpan } from './ids/id-runs.ts';
import { mergeRuns } from './ids/merge-runs.ts';
import type { LiveSegment } from './live/live-segment.ts';
import { Rows } from './live/rows.ts';
import type { SealedLog } from './sealed/directory.ts';
import { dropSealed } from './sealed/drop.ts';
import { areSmall, neighboursDueForMerge } from './sealed/due-for-merge.ts';
import { eraseSealed } from './sealed/erase.ts';
import { mergeSealed } from './sealed/merge.ts';
import { seal } from './sealed/seal.ts';
import { SealedCache } from './sealed/sealed-cache.ts';
import { type SealedInfo, SealedSegment } from './sealed/sealed-segment.ts';
import type { SegmentLimits } from './writer.ts';

/** Events of one log that were recorded together stand together, so few pages are needed more than once. */
const cacheBytes = 2 * 1024 * 1024;

/** What there is after a segment was sealed. */
export interface Sealed {
  readonly segment: SealedInfo;
  readonly runs: readonly RunSpan[];
}

/** What there is after a segment was dropped, and which logs had events in it. */
export interface DroppedSegment extends Sealed {
  readonly logs: readonly SealedLog[];
}

/** Segments dropped at a time: what is recorded of it is one event for each log, and a stop does not wait for more. */
const droppedTogether = 16;

/**
 * Seals full segments, one after the other. Until `tidy` the replaced files are still there, for whoever still reads
 * them. It can be cut off at any moment: what it began is begun anew when the store is opened again.
 */
export class Sealer {
  readonly #directory: DataDirectory;
  readonly #limits: SegmentLimits;

  constructor(directory: DataDirectory, limits: SegmentLimits) {
    this.#directory = directory;
    this.#limits = limits;
  }

  seal(live: LiveSegment): Sealed {
    const directory = this.#directory;
    const rows = Rows.open(directory.database(live.number), cacheBytes);
    try {
      // The ids come first, so that no sealed segment is ever without.
      const run = directory.run({ first: live.number, last: live.number });
      const name = { number: live.number, last: live.number, version: 0, dropped: false };
      const bounds = seal(live, rows, { segment: directory.sealed(name), run });
      directory.sync();
      this.#mergeRuns();
      return { segment: bounds, runs: directory.runs() };
    } finally {
      rows.close();
    }
  }

  /** Which of these segments have events of a stretch of a log. */
  holding(segments: readonly SealedInfo[], log: number, { from, to }: Range): SealedInfo[] {
    return this.#reading((open) =>
      segments.filter((info) => {
        const place = info.dropped ? undefined : open(info).log(log);
        if (place === undefined) return false;
        return place.firstSequence < to && place.firstSequence + place.rows > from;
      }),
    );
  }

  /** What the oldest of these segments have of each log, as far as all of it was recorded before an instant. */
  expired(segments: readonly SealedInfo[], recordedBefore: Micros): Expired[] {
    const isExpired = ({ lastRecordedAt }: SealedLog) => lastRecordedAt < recordedBefore;
    const stretches = new Map<string, Expired>();
    for (const { logs } of this.#oldest(segments, isExpired)) {
      for (const { organisation, firstSequence, rows } of logs) {
        const from = stretches.get(organisation)?.from ?? firstSequence;
        stretches.set(organisation, { organisation, from, to: firstSequence + rows });
      }
    }
    return [...stretches.values()];
  }

  /** The oldest of these segments, as far as they have no events but these. */
  within(segments: readonly SealedInfo[], expired: readonly Expired[]): SealedInfo[] {
    const ends = new Map(expired.map(({ organisation, to }) => [organisation, to]));
    const isWithin = ({ organisation, firstSequence, rows }: SealedLog) =>
      firstSequence + rows <= (ends.get(organisation) ?? 0);
    return this.#oldest(segments, isWithin).map(({ info }) => info);
  }

  /** Puts in the place of a segment what proofs need of it; for good once it is tidied up. */
  drop(info: SealedInfo): DroppedSegment {
    const directory = this.#directory;
    return this.#reading((open) => {
      const { logs } = open(info).file.directory();
      const segment = dropSealed(open(info), (next) => directory.sealed(next));
      return { segment, logs, runs: directory.runs() };
    });
  }

  /** Writes a segment anew without what is erased; undefined when there was nothing to be erased in it. */
  erase(info: SealedInfo, log: number, erasures: readonly Erasure[]): SealedInfo | undefined {
    const directory = this.#directory;
    return this.#reading((open) => {
      const erased = eraseSealed(open(info), log, erasures, (next) => directory.sealed(next));
      if (erased !== undefined) directory.sync();
      return erased;
    });
  }

  /** Makes one of two neighbours that are small enough for it; undefined when none are. */
  merge(segments: readonly SealedInfo[]): SealedInfo | undefined {
    return this.#reading((open) => {
      const due = neighboursDueForMerge(segments, (a, b) => this.#fit(a, b, open));
      return due && mergeSealed(due.map(open), (name) => this.#directory.sealed(name));
    });
  }

  /** Removes what these segments have replaced; nobody reads it any more. */
  tidy(shown: readonly SealedInfo[]): void {
    this.#directory.tidy(shown);
    this.#directory.sync();
  }

  /** The first segments that are not dropped, as far as it holds for every log in them; no more than go together. */
  #oldest(
    segments: readonly SealedInfo[],
    holds: (log: SealedLog) => boolean,
  ): { readonly info: SealedInfo; readonly logs: readonly SealedLog[] }[] {
    return this.#reading((open) => {
      const oldest = [];
      for (const info of segments) {
        if (info.dropped) continue;
        const { logs } = open(info).file.directory();
        if (oldest.length === droppedTogether || !logs.every(holds)) break;
        oldest.push({ info, logs });
      }
      return oldest;
    });
  }

  /** Whether a segment of both is one that could have been sealed as it is. */
  #fit(a: SealedInfo, b: SealedInfo, open: (info: SealedInfo) => SealedSegment): boolean {
    const { segmentEvents, segmentMicros } = this.#limits;
    if (!areSmall(a, b, segmentEvents)) return false;
    if (segmentMicros === Number.POSITIVE_INFINITY) return true;
    const first = Math.min(
      ...open(a)
        .file.directory()
        .logs.map((log) => log.firstRecordedAt),
    );
    const last = Math.max(
      ...open(b)
        .file.directory()
        .logs.map((log) => log.lastRecordedAt),
    );
    return last - first <= segmentMicros;
  }

  #reading<T>(work: (open: (info: SealedInfo) => SealedSegment) => T): T {
    const cache = new SealedCache();
    try {
      return work((info) => new SealedSegment(info, this.#directory.sealed(info), cache));
    } finally {
      cache.close();
    }
  }

  #mergeRuns(): void {
    const directory = this.#directory;
    for (;;) {
      const due = dueForMerge(directory.runs());
      if (due === undefined) return;
      const [before, last] = due;
      const runs = [new IdRun(directory.run(before)), new IdRun(directory.run(last))] as const;
      try {
        const merged = directory.run({ first: before.first, last: last.last });
        mergeRuns(...runs, merged, directory.firstKept());
      } finally {
        for (const run of runs) run.close();
      }
      directory.sync();
    }
  }
}
