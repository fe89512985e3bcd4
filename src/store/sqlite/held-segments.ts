import { AnnalsError } from '../../core/errors.ts';
import { DroppedLogs } from '../dropped-logs.ts';
import type { Dropped, StoredEvent } from '../event-store.ts';
import type { DataDirectory } from './data-directory.ts';
import { type IdHash, type IdSeed, idHash } from './ids/id-hash.ts';
import { IdRuns, type RunSpan } from './ids/id-runs.ts';
import { ActiveSegment } from './live/active-segment.ts';
import { LiveWriter } from './live/column-writer.ts';
import { type Capacity, createLiveColumns, rowsWithHash } from './live/columns.ts';
import { ColumnsFile } from './live/columns-file.ts';
import { eventIn } from './live/event-in.ts';
import { type LiveSegment, loadColumns } from './live/live-segment.ts';
import type { LogEnd } from './live/rows.ts';
import type { View } from './reader.ts';
import { droppedOf } from './sealed/drop.ts';
import { restoreRun } from './sealed/restore-run.ts';
import { SealedCache } from './sealed/sealed-cache.ts';
import { type SealedInfo, SealedSegment, sealedInfo } from './sealed/sealed-segment.ts';

/** Of what says quickly that an id is new: enough for sixteen million events. */
const filterBytes = 16 * 1024 * 1024;

/** A segment in SQLite with its columns. */
export interface OpenSegment {
  readonly number: number;
  readonly segment: ActiveSegment;
  readonly columns: LiveWriter;
  readonly file: ColumnsFile;
}

/** The segments of a data directory as the writer holds them: all that is needed to add events, and to know ids again. */
export class HeldSegments {
  readonly #directory: DataDirectory;
  readonly #idSeed: IdSeed;
  /** Oldest first; the last one takes events. */
  readonly #open: OpenSegment[] = [];
  readonly #cache = new SealedCache();
  /** By number; a merged one by each number of those it was merged from. */
  readonly #sealed = new Map<number, SealedSegment>();
  readonly #runs: IdRuns;

  constructor(directory: DataDirectory, idSeed: IdSeed) {
    this.#directory = directory;
    this.#idSeed = idSeed;
    this.#runs = new IdRuns((span) => directory.run(span), filterBytes);
  }

  /**
   * Opens what is in the directory; columns get room for so many rows at least. Throws `corrupt` when the segment that
   * takes events is missing. Where nothing is, nothing is opened.
   */
  load(rows: number): void {
    const directory = this.#directory;
    directory.tidy();
    for (const name of directory.sealedSegments()) {
      this.#addSealed(sealedInfo(name, directory.sealed(name)));
    }
    this.#restoreRuns();
    this.#runs.show(directory.runs());
    for (const number of directory.databases()) {
      const segment = ActiveSegment.open(directory.database(number));
      if (segment === undefined) {
        // The process ended while it began this segment; nothing was ever written to it.
        directory.removeDatabase(number);
        continue;
      }
      const file = new ColumnsFile(directory.columns(number));
      const columns = loadColumns(segment.rows, rows, this.#idSeed, file);
      this.#open.push({ number, segment, columns, file });
    }
    if (this.#open.length === 0 && this.#sealed.size > 0) {
      throw new AnnalsError(
        'corrupt',
        `Cannot open ${directory.path}: the segment that takes events is missing`,
      );
    }
  }

  /** The segment that takes events, once there is one. */
  get active(): OpenSegment | undefined {
    return this.#open.at(-1);
  }

  view(): View {
    return {
      idSeed: this.#idSeed,
      sealed: this.#distinct().map(({ info }) => info),
      runs: this.#directory.runs(),
      live: this.#open.map(liveSegment),
    };
  }

  /** What logs have lost to retention. */
  dropped(): (readonly [organisation: string, dropped: Dropped])[] {
    const dropped = new DroppedLogs();
    for (const segment of this.#distinct()) {
      if (!segment.info.dropped) continue;
      for (const log of segment.file.directory().logs)
        dropped.add(log.organisation, droppedOf(log));
    }
    return dropped.entries();
  }

  /** Begins a new segment with the ends of all logs, which takes events from now on. */
  begin(capacity: Capacity, logs: Iterable<LogEnd>): LiveSegment {
    const number = (this.active?.number ?? -1) + 1;
    this.#directory.removeDatabase(number);
    const segment = ActiveSegment.create(this.#directory.database(number), logs);
    this.#directory.sync();
    if (this.active !== undefined) save(this.active);
    const columns = new LiveWriter(createLiveColumns(capacity));
    const file = new ColumnsFile(this.#directory.columns(number));
    const open = { number, segment, columns, file };
    this.#open.push(open);
    return liveSegment(open);
  }

  /** A segment has been sealed, which from now on is read in its sealed form. */
  seal(sealed: SealedInfo, runs: readonly RunSpan[]): void {
    const place = this.#open.findIndex(({ number }) => number === sealed.number);
    for (const open of this.#open.splice(place, 1)) close(open);
    this.#addSealed(sealed);
    this.#runs.show(runs);
  }

  /** Sealed segments were written anew, or merged. */
  replace(
    segments: readonly SealedInfo[],
    runs: readonly RunSpan[] = this.#directory.runs(),
  ): void {
    for (const segment of segments) this.#addSealed(segment);
    this.#cache.keepOnly(this.#distinct().map(({ path }) => path));
    this.#runs.show(runs);
  }

  hashOf(log: number, eventID: string): IdHash {
    return idHash(this.#idSeed, log, eventID);
  }

  /** The log's event with this id, whose hash is known. */
  find(log: number, eventID: string, hash: IdHash): StoredEvent | undefined {
    for (const { segment, columns } of this.#open) {
      for (const row of rowsWithHash(columns.columns, hash)) {
        const found = eventIn(segment.rows.event(row), log, eventID);
        if (found !== undefined) return found;
      }
    }
    for (const place of this.#runs.find(eventID, hash)) {
      const event = this.#sealed.get(place.segment)?.storedRow(place);
      const found = event && eventIn(event, log, eventID);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  close(): void {
    for (const open of this.#open) {
      save(open);
      close(open);
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
      const path = this.#directory.run({ first: number, last: number });
      restoreRun(segment, number, path, this.#idSeed);
    }
  }

  #addSealed(info: SealedInfo): void {
    const segment = new SealedSegment(info, this.#directory.sealed(info), this.#cache);
    for (let number = info.number; number <= info.last; number += 1) {
      this.#sealed.set(number, segment);
    }
  }

  #distinct(): SealedSegment[] {
    return [...new Set(this.#sealed.values())];
  }
}

/** A start need not make them from the events then. */
function save({ columns, file, segment }: OpenSegment): void {
  file.save(columns.columns, (row) => segment.rows.leafHash(row));
}

function close({ file, segment }: OpenSegment): void {
  file.close();
  segment.close();
}

function liveSegment({ number, columns }: OpenSegment): LiveSegment {
  return { number, columns: columns.columns };
}
