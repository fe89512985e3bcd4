import type { Micros } from '../../core/micros.ts';
import type { Erasure, ExpiredRange, Range } from '../event-store.ts';
import type { ActiveSegment } from './active/active-segment.ts';
import { CommitLogReader } from './active/commit-log-reader.ts';
import type { DataDirectory } from './data-directory.ts';
import { compactRuns } from './ids/compact-runs.ts';
import { IdRun } from './ids/id-run.ts';
import { type RunSpan, runsToCompact } from './ids/id-runs.ts';
import { compactSegments } from './sealed/compact.ts';
import { canCompact, neighboursToCompact } from './sealed/compaction-policy.ts';
import { dropEvents } from './sealed/drop.ts';
import { eraseEvents } from './sealed/erase.ts';
import type { SealedLog } from './sealed/footer-index.ts';
import { sealSegment } from './sealed/seal.ts';
import { SealedCache } from './sealed/sealed-cache.ts';
import { type SealedInfo, SealedSegment } from './sealed/sealed-segment.ts';
import type { SegmentLimits } from './writer.ts';

/** What there is after a segment was sealed. */
export interface SealResult {
  readonly segment: SealedInfo;
  readonly runs: readonly RunSpan[];
}

/** What there is after a segment was dropped, and which logs had events in it. */
export interface DropResult extends SealResult {
  readonly logs: readonly SealedLog[];
}

/** Segments dropped at a time: what is recorded of it is one event for each log, and a stop does not wait for more. */
const maxSegmentsPerDrop = 16;

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

  seal(live: ActiveSegment): SealResult {
    const directory = this.#directory;
    const rows = CommitLogReader.open(directory.databasePath(live.number));
    try {
      // The ids come first, so that no sealed segment is ever without.
      const run = directory.runPath({ first: live.number, last: live.number });
      const name = { number: live.number, last: live.number, revision: 0, dropped: false };
      const bounds = sealSegment(live, rows, { segment: directory.sealedPath(name), run });
      directory.sync();
      this.#compactRuns();
      return { segment: bounds, runs: directory.runs() };
    } finally {
      rows.close();
    }
  }

  /** Which of these segments have events of a stretch of a log. */
  segmentsWith(segments: readonly SealedInfo[], log: number, { from, to }: Range): SealedInfo[] {
    return this.#withSegments((open) =>
      segments.filter((info) => {
        const place = info.dropped ? undefined : open(info).logLocation(log);
        if (place === undefined) return false;
        return place.firstSequence < to && place.firstSequence + place.rows > from;
      }),
    );
  }

  /** What the oldest of these segments have of each log, as far as all of it was recorded before an instant. */
  expiredRanges(segments: readonly SealedInfo[], recordedBefore: Micros): ExpiredRange[] {
    const isExpired = ({ lastRecordedAt }: SealedLog) => lastRecordedAt < recordedBefore;
    const stretches = new Map<string, ExpiredRange>();
    for (const { logs } of this.#oldestWhere(segments, isExpired)) {
      for (const { organisation, firstSequence, rows } of logs) {
        const from = stretches.get(organisation)?.from ?? firstSequence;
        stretches.set(organisation, { organisation, from, to: firstSequence + rows });
      }
    }
    return [...stretches.values()];
  }

  /** The oldest of these segments, as far as they have no events but these. */
  segmentsWithin(segments: readonly SealedInfo[], expired: readonly ExpiredRange[]): SealedInfo[] {
    const ends = new Map(expired.map(({ organisation, to }) => [organisation, to]));
    const isWithin = ({ organisation, firstSequence, rows }: SealedLog) =>
      firstSequence + rows <= (ends.get(organisation) ?? 0);
    return this.#oldestWhere(segments, isWithin).map(({ info }) => info);
  }

  /** Puts in the place of a segment what proofs need of it; for good once it is tidied up. */
  drop(info: SealedInfo): DropResult {
    const directory = this.#directory;
    return this.#withSegments((open) => {
      const { logs } = open(info).file.footerIndex();
      const segment = dropEvents(open(info), (next) => directory.sealedPath(next));
      return { segment, logs, runs: directory.runs() };
    });
  }

  /** Writes a segment anew without what is erased; undefined when there was nothing to be erased in it. */
  erase(info: SealedInfo, log: number, erasures: readonly Erasure[]): SealedInfo | undefined {
    const directory = this.#directory;
    return this.#withSegments((open) => {
      const erased = eraseEvents(open(info), log, erasures, (next) => directory.sealedPath(next));
      if (erased !== undefined) directory.sync();
      return erased;
    });
  }

  /** Makes one of two neighbours that are small enough for it; undefined when none are. */
  compact(segments: readonly SealedInfo[]): SealedInfo | undefined {
    return this.#withSegments((open) => {
      const due = neighboursToCompact(segments, (a, b) => this.#fitTogether(a, b, open));
      return due && compactSegments(due.map(open), (name) => this.#directory.sealedPath(name));
    });
  }

  /** Removes what these segments have replaced; nobody reads it any more. */
  removeObsolete(shown: readonly SealedInfo[]): void {
    this.#directory.removeObsolete(shown);
    this.#directory.sync();
  }

  /** The first segments that are not dropped, as far as it holds for every log in them; no more than go together. */
  #oldestWhere(
    segments: readonly SealedInfo[],
    holds: (log: SealedLog) => boolean,
  ): { readonly info: SealedInfo; readonly logs: readonly SealedLog[] }[] {
    return this.#withSegments((open) => {
      const oldest = [];
      for (const info of segments) {
        if (info.dropped) continue;
        const { logs } = open(info).file.footerIndex();
        if (oldest.length === maxSegmentsPerDrop || !logs.every(holds)) break;
        oldest.push({ info, logs });
      }
      return oldest;
    });
  }

  /** Whether a segment of both is one that could have been sealed as it is. */
  #fitTogether(a: SealedInfo, b: SealedInfo, open: (info: SealedInfo) => SealedSegment): boolean {
    const { segmentEvents, segmentMicros } = this.#limits;
    if (!canCompact(a, b, segmentEvents)) return false;
    if (segmentMicros === Number.POSITIVE_INFINITY) return true;
    const first = Math.min(
      ...open(a)
        .file.footerIndex()
        .logs.map((log) => log.firstRecordedAt),
    );
    const last = Math.max(
      ...open(b)
        .file.footerIndex()
        .logs.map((log) => log.lastRecordedAt),
    );
    return last - first <= segmentMicros;
  }

  #withSegments<T>(work: (open: (info: SealedInfo) => SealedSegment) => T): T {
    const cache = new SealedCache();
    try {
      return work((info) => new SealedSegment(info, this.#directory.sealedPath(info), cache));
    } finally {
      cache.close();
    }
  }

  #compactRuns(): void {
    const directory = this.#directory;
    for (;;) {
      const due = runsToCompact(directory.runs());
      if (due === undefined) return;
      const [before, last] = due;
      const runs = [
        new IdRun(directory.runPath(before)),
        new IdRun(directory.runPath(last)),
      ] as const;
      try {
        const merged = directory.runPath({ first: before.first, last: last.last });
        compactRuns(...runs, merged, directory.firstKept());
      } finally {
        for (const run of runs) run.close();
      }
      directory.sync();
    }
  }
}
