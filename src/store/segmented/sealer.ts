import type { Micros } from '../../core/micros.ts';
import type { Erasure, ExpiredRange, Range } from '../event-store.ts';
import { activeSealSource } from './active/active-seal-source.ts';
import type { ActiveSegment } from './active/active-segment.ts';
import { CommitLogReader } from './active/commit-log-reader.ts';
import type { CatalogueChange, CatalogueFile, WrittenFile } from './catalogue.ts';
import type { DataDirectory } from './data-directory.ts';
import { readContent } from './file-content.ts';
import { compactRuns } from './ids/compact-runs.ts';
import { IdRun } from './ids/id-run.ts';
import { compactSegments } from './sealed/compact.ts';
import { canCompact, neighboursToCompact } from './sealed/compaction-policy.ts';
import { dropEvents } from './sealed/drop.ts';
import { eraseEvents } from './sealed/erase.ts';
import type { SealedLog } from './sealed/footer-index.ts';
import { sealSegment } from './sealed/seal.ts';
import { SealedCache } from './sealed/sealed-cache.ts';
import { type SealedInfo, SealedSegment } from './sealed/sealed-segment.ts';

/** When a segment is full. */
export interface SegmentLimits {
  /** Events after which a segment is full and the next one begins. */
  readonly segmentEvents: number;
  /** A segment is also full when its first event was recorded longer ago than this. */
  readonly segmentMicros: Micros;
}

/** The files that come from sealing a segment. */
export interface SealPlan {
  readonly segment: CatalogueFile;
  readonly run: CatalogueFile;
  /** The run, and what comes of it, is compacted with each of these older ones in turn. */
  readonly compactions: readonly {
    readonly older: CatalogueFile;
    readonly output: CatalogueFile;
  }[];
  /** Ids of segments before this one are left out. */
  readonly firstKept: number;
}

/** What was written in the place of a segment whose events were dropped, and which logs had events in it. */
export interface DropResult {
  readonly written: WrittenFile;
  readonly logs: readonly SealedLog[];
}

/** Segments dropped at a time. One event is recorded in each log for all of them, and a stop waits for no more. */
const maxSegmentsPerDrop = 16;

/**
 * Writes sealed segments, one after the other, to files that are staged in the catalogue. It has no say in which files
 * count: it gives what it has written, and the writer publishes it. So it can be cut off at any moment.
 */
export class Sealer {
  readonly #directory: DataDirectory;
  readonly #limits: SegmentLimits;

  constructor(directory: DataDirectory, limits: SegmentLimits) {
    this.#directory = directory;
    this.#limits = limits;
  }

  /** Seals a segment, and compacts runs of ids. */
  seal(segment: ActiveSegment, plan: SealPlan): CatalogueChange {
    const rows = CommitLogReader.open(this.#pathOf(segment));
    try {
      sealSegment(segment.number, activeSealSource(segment, rows), {
        segment: this.#pathOf(plan.segment),
        run: this.#pathOf(plan.run),
      });
    } finally {
      rows.close();
    }
    let { run } = plan;
    const replaced = [segment.fileId];
    for (const { older, output } of plan.compactions) {
      this.#compactRuns(older, run, output, plan.firstKept);
      replaced.push(older.fileId, run.fileId);
      run = output;
    }
    this.#directory.sync();
    return { written: [this.#written(plan.segment), this.#written(run)], replaced };
  }

  /** Which of these segments have events of a range of a log. */
  segmentsWith(segments: readonly SealedInfo[], log: number, { from, to }: Range): SealedInfo[] {
    return this.#withSegments((open) =>
      segments.filter((info) => {
        const found = info.dropped ? undefined : open(info).logLocation(log);
        if (found === undefined) return false;
        return found.firstSequence < to && found.firstSequence + found.rows > from;
      }),
    );
  }

  /** What the oldest of these segments have of each log, as far as all of it was recorded before an instant. */
  expiredRanges(segments: readonly SealedInfo[], recordedBefore: Micros): ExpiredRange[] {
    const isExpired = ({ lastRecordedAt }: SealedLog) => lastRecordedAt < recordedBefore;
    const ranges = new Map<string, ExpiredRange>();
    for (const { logs } of this.#oldestWhere(segments, isExpired)) {
      for (const { organisation, firstSequence, rows } of logs) {
        const from = ranges.get(organisation)?.from ?? firstSequence;
        ranges.set(organisation, { organisation, from, to: firstSequence + rows });
      }
    }
    return [...ranges.values()];
  }

  /** The oldest of these segments, as far as they have no events but these. */
  segmentsWithin(segments: readonly SealedInfo[], expired: readonly ExpiredRange[]): SealedInfo[] {
    const ends = new Map(expired.map(({ organisation, to }) => [organisation, to]));
    const isWithin = ({ organisation, firstSequence, rows }: SealedLog) =>
      firstSequence + rows <= (ends.get(organisation) ?? 0);
    return this.#oldestWhere(segments, isWithin).map(({ info }) => info);
  }

  /** Writes what proofs need of a segment. */
  drop(info: SealedInfo, output: CatalogueFile): DropResult {
    return this.#withSegments((open) => {
      const { logs } = open(info).file.footerIndex();
      dropEvents(open(info), this.#pathOf(output));
      this.#directory.sync();
      return { written: this.#written(output), logs };
    });
  }

  /** Writes a segment again without what is erased; undefined when there was nothing to be erased in it. */
  erase(
    info: SealedInfo,
    log: number,
    erasures: readonly Erasure[],
    output: CatalogueFile,
  ): WrittenFile | undefined {
    return this.#withSegments((open) => {
      if (!eraseEvents(open(info), log, erasures, this.#pathOf(output))) return undefined;
      this.#directory.sync();
      return this.#written(output);
    });
  }

  /** Two neighbours that are small enough to become one; undefined when there are none. */
  neighboursToCompact(segments: readonly SealedInfo[]): [SealedInfo, SealedInfo] | undefined {
    return this.#withSegments((open) =>
      neighboursToCompact(segments, (a, b) => this.#fitTogether(a, b, open)),
    );
  }

  /** Writes one segment of neighbours. */
  compact(segments: readonly SealedInfo[], output: CatalogueFile): WrittenFile {
    return this.#withSegments((open) => {
      compactSegments(segments.map(open), this.#pathOf(output));
      this.#directory.sync();
      return this.#written(output);
    });
  }

  /** Deletes obsolete files that nobody reads any more. */
  remove(files: readonly CatalogueFile[]): void {
    this.#directory.remove(files);
  }

  /** The first segments that are not dropped, as long as it holds for every log in them; no more than go together. */
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
      return work((info) => new SealedSegment(info, this.#pathOf(info), cache));
    } finally {
      cache.close();
    }
  }

  #compactRuns(
    older: CatalogueFile,
    newer: CatalogueFile,
    output: CatalogueFile,
    firstKept: number,
  ): void {
    const runs = [new IdRun(this.#pathOf(older)), new IdRun(this.#pathOf(newer))] as const;
    try {
      compactRuns(...runs, this.#pathOf(output), firstKept);
    } finally {
      for (const run of runs) run.close();
    }
  }

  #pathOf({ file }: { readonly file: string }): string {
    return this.#directory.pathOf(file);
  }

  /** What the catalogue keeps of a file that is on disk. */
  #written({ fileId, kind, file }: CatalogueFile): WrittenFile {
    return {
      fileId,
      ...readContent(this.#directory.pathOf(file), kind === 'ids' ? 'ids' : 'sealed'),
    };
  }
}
