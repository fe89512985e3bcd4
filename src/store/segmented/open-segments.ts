import { existsSync } from 'node:fs';
import type { Random } from '../../core/uuid.ts';
import { DroppedLogs } from '../dropped-logs.ts';
import type { DroppedPrefix, StoredEvent } from '../event-store.ts';
import { type ActiveSegment, loadColumns } from './active/active-segment.ts';
import { ColumnWriter } from './active/column-writer.ts';
import { type Capacity, createActiveColumns, rowsWithHash } from './active/columns.ts';
import { ColumnsFile } from './active/columns-file.ts';
import { CommitLog } from './active/commit-log.ts';
import type { LogEnd } from './active/commit-log-reader.ts';
import type {
  Catalogue,
  CatalogueChange,
  CatalogueFile,
  FileSpan,
  LiveFile,
  WrittenFile,
} from './catalogue.ts';
import { type DataDirectory, fileName, filesOf } from './data-directory.ts';
import { type FileProblem, fileProblem, readContent, unknownFiles } from './file-content.ts';
import { type IdHash, type IdSeed, idHash } from './ids/id-hash.ts';
import { IdRuns, type RunSpan, runsToCompact } from './ids/id-runs.ts';
import type { StoreVersion } from './reader.ts';
import { droppedPrefixOf } from './sealed/drop.ts';
import { readFooter } from './sealed/footer.ts';
import { restoreIdRun } from './sealed/restore-id-run.ts';
import { SealedCache } from './sealed/sealed-cache.ts';
import { type SealedInfo, SealedSegment } from './sealed/sealed-segment.ts';
import type { SealPlan } from './sealer.ts';
import { matchingEvent } from './stored-row.ts';

/** Memory for the filters that show that an id is new: enough for sixteen million events. */
const filterBytes = 16 * 1024 * 1024;

/** A segment in SQLite with its columns. */
export interface OpenActiveSegment extends Pick<CatalogueFile, 'fileId' | 'file'> {
  readonly number: number;
  readonly commitLog: CommitLog;
  readonly columnWriter: ColumnWriter;
  readonly columnsFile: ColumnsFile;
}

/** What there is after a change of the catalogue. */
export interface Published {
  readonly version: StoreVersion;
  /** Files that can be deleted once no reader looks at them. */
  readonly obsolete: readonly CatalogueFile[];
}

/**
 * The segments of a data directory as the writer holds them: all that is needed to add events, and to know ids again. Only
 * it changes the catalogue.
 */
export class OpenSegments {
  readonly #directory: DataDirectory;
  readonly #catalogue: Catalogue;
  readonly #idSeed: IdSeed;
  readonly #random: Random;
  /** What the catalogue has, as it was read after its last change. */
  #live: readonly LiveFile[] = [];
  /** Oldest first; the last one takes events. */
  #open: OpenActiveSegment[] = [];
  readonly #cache = new SealedCache();
  /** In order. */
  #sealed: readonly SealedSegment[] = [];
  /** By number; a compacted one by each number of those it was compacted from. */
  #sealedByNumber = new Map<number, SealedSegment>();
  readonly #runs: IdRuns<CatalogueFile>;

  constructor(directory: DataDirectory, catalogue: Catalogue, idSeed: IdSeed, random: Random) {
    this.#directory = directory;
    this.#catalogue = catalogue;
    this.#idSeed = idSeed;
    this.#random = random;
    this.#runs = new IdRuns(({ file }) => directory.pathOf(file), filterBytes);
  }

  /** What is wrong with the files without which events are missing. Throws Node's own errors when one cannot be read. */
  problems(): FileProblem[] {
    // A folder that cannot be read is told of as such.
    this.#directory.files();
    const live = this.#catalogue.live();
    const problems = live
      .filter(({ kind }) => kind !== 'ids')
      .map((file) => fileProblem(this.#directory, file))
      .filter((problem) => problem !== undefined);
    if (live.length > 0 && !live.some(({ kind }) => kind === 'active')) {
      const problem = 'has no segment that takes events';
      problems.push({ file: 'the catalogue', kind: 'missing', problem });
    }
    return problems;
  }

  /**
   * Opens what is in the catalogue, once there are no problems; columns get room for so many rows at least. Files that are
   * not needed are deleted, and runs of ids that are lost are created again. Gives what somebody should know of that,
   * and the files that are not the store's.
   */
  load(rows: number): FileProblem[] {
    const findings = this.#disownLostRuns();
    this.#delete([...this.#catalogue.staged(), ...this.#catalogue.obsolete()]);
    this.#useSealed();
    this.#restoreRuns();
    this.#runs.useRuns(runsOf(this.#live));
    for (const { kind, first: number, fileId, file } of this.#live) {
      if (kind !== 'active') continue;
      const commitLog = CommitLog.open(this.#directory.pathOf(file));
      const columnsFile = new ColumnsFile(this.#directory.columnsPath(file));
      const columnWriter = loadColumns(commitLog.rows, rows, this.#idSeed, columnsFile);
      this.#open.push({ number, fileId, file, commitLog, columnWriter, columnsFile });
    }
    return [...findings, ...unknownFiles(this.#directory, this.#live, [])];
  }

  /** The segment that takes events, once there is one. */
  get active(): OpenActiveSegment | undefined {
    return this.#open.at(-1);
  }

  version(): StoreVersion {
    return {
      idSeed: this.#idSeed,
      sealed: this.#sealed.map(({ info }) => info),
      runs: runsOf(this.#live),
      active: this.#open.map(toActiveSegment),
    };
  }

  /** What logs have lost to retention. */
  dropped(): (readonly [organisation: string, dropped: DroppedPrefix])[] {
    const dropped = new DroppedLogs();
    for (const segment of this.#sealed) {
      if (!segment.info.dropped) continue;
      for (const log of segment.file.footerIndex().logs)
        dropped.add(log.organisation, droppedPrefixOf(log));
    }
    return dropped.entries();
  }

  /** Begins a new segment with the ends of all logs, which takes events from now on. */
  beginSegment(capacity: Capacity, logs: Iterable<LogEnd>): ActiveSegment {
    const number = (this.active?.number ?? -1) + 1;
    this.#delete(this.#catalogue.staged().filter(({ kind }) => kind === 'active'));
    const span: FileSpan = { kind: 'active', first: number, last: number, revision: 0 };
    const [{ fileId, file }] = this.#catalogue.stage([this.#named(span)]) as [CatalogueFile];
    const identity = new Uint8Array(16);
    this.#random(identity);
    const commitLog = CommitLog.create(this.#directory.pathOf(file), identity, logs);
    try {
      this.#directory.sync();
      this.#catalogue.publish({ written: [{ fileId, bytes: 0, identity }], replaced: [] });
    } catch (error) {
      commitLog.close();
      throw error;
    }
    if (this.active !== undefined) saveColumns(this.active);
    const columnWriter = new ColumnWriter(createActiveColumns(capacity));
    const columnsFile = new ColumnsFile(this.#directory.columnsPath(file));
    const open = { number, fileId, file, commitLog, columnWriter, columnsFile };
    this.#open.push(open);
    this.#live = this.#catalogue.live();
    return toActiveSegment(open);
  }

  /** Announces the files that come from sealing a segment: its own two, and the runs that its run is compacted into. */
  planSeal(number: number): SealPlan {
    const runs = runsOf(this.#live);
    const span = { first: number, last: number, revision: 0 };
    const spans: RunSpan[] = [...runs, span];
    const compacted: FileSpan[] = [];
    for (let due = runsToCompact(spans); due !== undefined; due = runsToCompact(spans)) {
      const [{ first }] = due;
      compacted.push({ kind: 'ids', first, last: number, revision: 0 });
      spans.splice(-2, 2, compacted.at(-1)!);
    }
    const staged = this.stage([
      { kind: 'sealed', ...span },
      { kind: 'ids', ...span },
      ...compacted,
    ]);
    const [segment, run, ...outputs] = staged as [CatalogueFile, CatalogueFile, ...CatalogueFile[]];
    return {
      segment,
      run,
      compactions: outputs.map((output, nth) => ({ older: runs.at(-1 - nth)!, output })),
      firstKept: firstKept(this.#live),
    };
  }

  /**
   * Announces files that the sealer is about to write. Those that were announced before and not published are deleted:
   * writing them failed, because the sealer does one thing after the other.
   */
  stage(spans: readonly FileSpan[]): readonly CatalogueFile[] {
    this.#delete(this.#catalogue.staged().filter(({ kind }) => kind !== 'active'));
    return this.#catalogue.stage(spans.map((span) => this.#named(span)));
  }

  /** Puts files that were written in the place of others. Runs of ids go with the last of their segments' events. */
  publish({ written, replaced }: CatalogueChange): Published {
    const fileIds = new Set(written.map(({ fileId }) => fileId));
    const added = this.#catalogue.staged().filter(({ fileId }) => fileIds.has(fileId));
    const kept = firstKept([...this.#live, ...added]);
    const droppedRuns = runsOf(this.#live).filter(({ last }) => last < kept);
    const gone = new Set([...replaced, ...droppedRuns.map(({ fileId }) => fileId)]);
    this.#catalogue.publish({ written, replaced: [...gone] });
    for (const open of this.#open) if (gone.has(open.fileId)) closeSegment(open);
    this.#open = this.#open.filter(({ fileId }) => !gone.has(fileId));
    this.#useSealed();
    this.#runs.useRuns(runsOf(this.#live));
    return { version: this.version(), obsolete: this.#catalogue.obsolete() };
  }

  /** Obsolete files were deleted. */
  forget(fileIds: readonly number[]): void {
    this.#catalogue.forget(fileIds);
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
    for (const location of this.#runs.find(eventID, hash)) {
      const row = this.#sealedByNumber.get(location.segment)?.storedRow(location);
      const found = row && matchingEvent(row, log, eventID);
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

  /** A span with the name that its file gets: one that no file has yet, so that none is overwritten. */
  #named(span: FileSpan): Omit<CatalogueFile, 'fileId'> {
    for (let { revision } = span; ; revision += 1) {
      const file = fileName({ ...span, revision });
      const isTaken = filesOf(span.kind, file).some((name) =>
        existsSync(this.#directory.pathOf(name)),
      );
      if (!isTaken) return { ...span, revision, file };
    }
  }

  /** Deletes files that are staged or obsolete, and that nobody reads or writes. */
  #delete(files: readonly CatalogueFile[]): void {
    this.#directory.remove(files);
    this.#catalogue.forget(files.map(({ fileId }) => fileId));
  }

  /** From now on sealed segments are read as the catalogue says. */
  #useSealed(): void {
    this.#live = this.#catalogue.live();
    const files = this.#live.filter(({ kind }) => kind === 'sealed' || kind === 'hashes');
    this.#sealed = files.map((file) => {
      const path = this.#directory.pathOf(file.file);
      return new SealedSegment(sealedInfo(file), path, this.#cache);
    });
    this.#cache.keepOnly(this.#sealed.map(({ path }) => path));
    this.#sealedByNumber = new Map(
      this.#sealed.flatMap((segment) => {
        const { number, last } = segment.info;
        return Array.from({ length: last - number + 1 }, (_, nth) => [number + nth, segment]);
      }),
    );
  }

  #disownLostRuns(): FileProblem[] {
    const lost = runsOf(this.#catalogue.live()).flatMap((run) => {
      const found = fileProblem(this.#directory, run);
      return found === undefined ? [] : [{ run, found }];
    });
    if (lost.length > 0) this.#catalogue.disown(lost.map(({ run }) => run.fileId));
    return lost.map(({ found: { problem, ...rest } }) => ({
      ...rest,
      problem: `${problem}; it is created again from the events`,
    }));
  }

  /** Runs of ids can be created from the segments again; without them a repeated id would not be recognised. */
  #restoreRuns(): void {
    const runs = runsOf(this.#live);
    const missing = [...this.#sealedByNumber].filter(
      ([number, { info }]) =>
        !info.dropped && !runs.some(({ first, last }) => first <= number && number <= last),
    );
    if (missing.length === 0) return;
    const staged = this.stage(
      missing.map(([number]) => ({ kind: 'ids', first: number, last: number, revision: 0 })),
    );
    const written = staged.map(({ fileId, file }, nth): WrittenFile => {
      const [number, segment] = missing[nth]!;
      const path = this.#directory.pathOf(file);
      restoreIdRun(segment, number, path, this.#idSeed);
      return { fileId, ...readContent(path, 'ids') };
    });
    this.#directory.sync();
    this.#catalogue.publish({ written, replaced: [] });
    this.#live = this.#catalogue.live();
  }
}

/** What the catalogue knows of a sealed segment, without a look at its file. */
function sealedInfo(live: LiveFile): SealedInfo {
  const { fileId, file, first: number, last, revision, kind, bytes, identity } = live;
  const { rows, earliest, latest } = readFooter(Buffer.from(identity))!;
  const dropped = kind === 'hashes';
  return { fileId, file, number, last, revision, dropped, bytes, rows, earliest, latest };
}

function runsOf(live: readonly LiveFile[]): LiveFile[] {
  return live.filter(({ kind }) => kind === 'ids');
}

/** The lowest number of a segment that is not dropped. */
function firstKept(files: readonly CatalogueFile[]): number {
  const dropped = files.filter(({ kind }) => kind === 'hashes').map(({ last }) => last);
  return Math.max(-1, ...dropped) + 1;
}

/** So that a start does not have to create them from the events. */
function saveColumns({ columnWriter, columnsFile, commitLog }: OpenActiveSegment): void {
  columnsFile.save(columnWriter.columns, (row) => commitLog.rows.leafHash(row));
}

function closeSegment({ columnsFile, commitLog }: OpenActiveSegment): void {
  columnsFile.close();
  commitLog.close();
}

function toActiveSegment({ number, fileId, file, columnWriter }: OpenActiveSegment): ActiveSegment {
  return { number, fileId, file, columns: columnWriter.columns };
}
