import { AnnalsError } from '../../core/errors.ts';
import { DroppedLogs } from '../dropped-logs.ts';
import type { DroppedPrefix, StoredEvent } from '../event-store.ts';
import { type ActiveSegment, loadColumns } from './active/active-segment.ts';
import { ColumnWriter } from './active/column-writer.ts';
import { type Capacity, createActiveColumns, rowsWithHash } from './active/columns.ts';
import { ColumnsFile } from './active/columns-file.ts';
import { CommitLog } from './active/commit-log.ts';
import { type LogEnd, matchingEvent } from './active/commit-log-reader.ts';
import type { DataDirectory } from './data-directory.ts';
import { type IdHash, type IdSeed, idHash } from './ids/id-hash.ts';
import { IdRuns, type RunSpan } from './ids/id-runs.ts';
import type { StoreVersion } from './reader.ts';
import { droppedPrefixOf } from './sealed/drop.ts';
import { restoreIdRun } from './sealed/restore-id-run.ts';
import { SealedCache } from './sealed/sealed-cache.ts';
import { readSealedInfo, type SealedInfo, SealedSegment } from './sealed/sealed-segment.ts';

/** Of what says quickly that an id is new: enough for sixteen million events. */
const filterBytes = 16 * 1024 * 1024;

/** A segment in SQLite with its columns. */
export interface OpenActiveSegment {
  readonly number: number;
  readonly commitLog: CommitLog;
  readonly columnWriter: ColumnWriter;
  readonly columnsFile: ColumnsFile;
}

/** The segments of a data directory as the writer holds them: all that is needed to add events, and to know ids again. */
export class OpenSegments {
  readonly #directory: DataDirectory;
  readonly #idSeed: IdSeed;
  /** Oldest first; the last one takes events. */
  readonly #open: OpenActiveSegment[] = [];
  readonly #cache = new SealedCache();
  /** By number; a merged one by each number of those it was merged from. */
  readonly #sealed = new Map<number, SealedSegment>();
  readonly #runs: IdRuns;

  constructor(directory: DataDirectory, idSeed: IdSeed) {
    this.#directory = directory;
    this.#idSeed = idSeed;
    this.#runs = new IdRuns((span) => directory.runPath(span), filterBytes);
  }

  /**
   * Opens what is in the directory; columns get room for so many rows at least. Throws `corrupt` when the segment that
   * takes events is missing. Where nothing is, nothing is opened.
   */
  load(rows: number): void {
    const directory = this.#directory;
    directory.removeObsolete();
    for (const name of directory.sealedSegments()) {
      this.#addSealed(readSealedInfo(name, directory.sealedPath(name)));
    }
    this.#restoreRuns();
    this.#runs.useRuns(directory.runs());
    for (const number of directory.unsealedSegments()) {
      const commitLog = CommitLog.open(directory.databasePath(number));
      if (commitLog === undefined) {
        // The process ended while it began this segment; nothing was ever written to it.
        directory.removeDatabase(number);
        continue;
      }
      const columnsFile = new ColumnsFile(directory.columnsPath(number));
      const columnWriter = loadColumns(commitLog.rows, rows, this.#idSeed, columnsFile);
      this.#open.push({ number, commitLog, columnWriter, columnsFile });
    }
    if (this.#open.length === 0 && this.#sealed.size > 0) {
      throw new AnnalsError(
        'corrupt',
        `Cannot open ${directory.path}: the segment that takes events is missing`,
      );
    }
  }

  /** The segment that takes events, once there is one. */
  get active(): OpenActiveSegment | undefined {
    return this.#open.at(-1);
  }

  version(): StoreVersion {
    return {
      idSeed: this.#idSeed,
      sealed: this.#sealedSegments().map(({ info }) => info),
      runs: this.#directory.runs(),
      active: this.#open.map(toActiveSegment),
    };
  }

  /** What logs have lost to retention. */
  dropped(): (readonly [organisation: string, dropped: DroppedPrefix])[] {
    const dropped = new DroppedLogs();
    for (const segment of this.#sealedSegments()) {
      if (!segment.info.dropped) continue;
      for (const log of segment.file.footerIndex().logs)
        dropped.add(log.organisation, droppedPrefixOf(log));
    }
    return dropped.entries();
  }

  /** Begins a new segment with the ends of all logs, which takes events from now on. */
  beginSegment(capacity: Capacity, logs: Iterable<LogEnd>): ActiveSegment {
    const number = (this.active?.number ?? -1) + 1;
    this.#directory.removeDatabase(number);
    const commitLog = CommitLog.create(this.#directory.databasePath(number), logs);
    this.#directory.sync();
    if (this.active !== undefined) saveColumns(this.active);
    const columnWriter = new ColumnWriter(createActiveColumns(capacity));
    const columnsFile = new ColumnsFile(this.#directory.columnsPath(number));
    const open = { number, commitLog, columnWriter, columnsFile };
    this.#open.push(open);
    return toActiveSegment(open);
  }

  /** A segment has been sealed, which from now on is read in its sealed form. */
  markSealed(sealed: SealedInfo, runs: readonly RunSpan[]): void {
    const place = this.#open.findIndex(({ number }) => number === sealed.number);
    for (const open of this.#open.splice(place, 1)) closeSegment(open);
    this.#addSealed(sealed);
    this.#runs.useRuns(runs);
  }

  /** Sealed segments were written anew, or merged. */
  replace(
    segments: readonly SealedInfo[],
    runs: readonly RunSpan[] = this.#directory.runs(),
  ): void {
    for (const segment of segments) this.#addSealed(segment);
    this.#cache.keepOnly(this.#sealedSegments().map(({ path }) => path));
    this.#runs.useRuns(runs);
  }

  idHashOf(log: number, eventID: string): IdHash {
    return idHash(this.#idSeed, log, eventID);
  }

  /** The log's event with this id, whose hash is known. */
  find(log: number, eventID: string, hash: IdHash): StoredEvent | undefined {
    for (const { commitLog, columnWriter } of this.#open) {
      for (const row of rowsWithHash(columnWriter.columns, hash)) {
        const found = matchingEvent(commitLog.rows.event(row), log, eventID);
        if (found !== undefined) return found;
      }
    }
    for (const place of this.#runs.find(eventID, hash)) {
      const event = this.#sealed.get(place.segment)?.storedRow(place);
      const found = event && matchingEvent(event, log, eventID);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  close(): void {
    for (const open of this.#open) {
      saveColumns(open);
      closeSegment(open);
    }
    this.#runs.close();
    this.#cache.close();
  }

  /** Runs of ids can be made from the segments again; without them a repeated id would not be recognised. */
  #restoreRuns(): void {
    const runs = this.#directory.runs();
    for (const [number, segment] of this.#sealed) {
      if (segment.info.dropped) continue;
      if (runs.some(({ first, last }) => first <= number && number <= last)) continue;
      const path = this.#directory.runPath({ first: number, last: number });
      restoreIdRun(segment, number, path, this.#idSeed);
    }
  }

  #addSealed(info: SealedInfo): void {
    const segment = new SealedSegment(info, this.#directory.sealedPath(info), this.#cache);
    for (let number = info.number; number <= info.last; number += 1) {
      this.#sealed.set(number, segment);
    }
  }

  #sealedSegments(): SealedSegment[] {
    return [...new Set(this.#sealed.values())];
  }
}

/** A start need not make them from the events then. */
function saveColumns({ columnWriter, columnsFile, commitLog }: OpenActiveSegment): void {
  columnsFile.save(columnWriter.columns, (row) => commitLog.rows.leafHash(row));
}

function closeSegment({ columnsFile, commitLog }: OpenActiveSegment): void {
  columnsFile.close();
  commitLog.close();
}

function toActiveSegment({ number, columnWriter }: OpenActiveSegment): ActiveSegment {
  return { number, columns: columnWriter.columns };
}
