import type { Facet } from '../../core/facets.ts';
import type { Filter } from '../../core/filter.ts';
import type { Micros } from '../../core/micros.ts';
import type { PausableWork } from '../../core/pausable-work.ts';
import type { Flag } from '../../runtime/flag.ts';
import type {
  CountedLines,
  FacetCount,
  FacetCounts,
  FacetsQuery,
  Histogram,
  HistogramQuery,
  Lines,
  LinesQuery,
  ListQuery,
  Packing,
  Range,
  StoredEvent,
} from '../event-store.ts';
import { ActiveLogs } from './active/active-logs.ts';
import type { ActiveSegment } from './active/active-segment.ts';
import { ActiveDictionary, activeSlice } from './active/active-slice.ts';
import { rowsWithHash } from './active/columns.ts';
import { CommitLogReader } from './active/commit-log-reader.ts';
import type { CatalogueFile } from './catalogue.ts';
import type { DataDirectory } from './data-directory.ts';
import { type IdSeed, idHash } from './ids/id-hash.ts';
import { IdRuns } from './ids/id-runs.ts';
import type { LogSlice } from './log-slice.ts';
import { count } from './query/count.ts';
import { distinct, facetCounts } from './query/facet-counts.ts';
import { histogram } from './query/histogram.ts';
import { type FilterAnswers, KnownAnswers } from './query/known-answers.ts';
import { list } from './query/list.ts';
import { countedLines, listLines } from './query/list-lines.ts';
import { runInSlices, throwIfDisconnected } from './query/run-in-slices.ts';
import { type ScanPage, scanPage } from './query/scan.ts';
import { sequenceAt } from './query/sequence-at.ts';
import { treeNodes } from './query/tree-nodes.ts';
import { SealedCache } from './sealed/sealed-cache.ts';
import { type SealedInfo, SealedSegment } from './sealed/sealed-segment.ts';
import { SealedSlice } from './sealed/sealed-slice.ts';
import { SealedDictionary } from './sealed/sealed-values.ts';
import { matchingEvent } from './stored-row.ts';

/** The set of segments that a reader uses at a moment. */
export interface StoreVersion {
  readonly idSeed: IdSeed;
  /** Oldest first. */
  readonly sealed: readonly SealedInfo[];
  /** The runs of ids of the sealed segments. */
  readonly runs: readonly CatalogueFile[];
  /** Segments in SQLite, oldest first; the last one takes events. */
  readonly active: readonly ActiveSegment[];
}

/** What a query is about. */
export interface QueryContext {
  /** The log, by its number. */
  readonly log: number;
  /** Raised once nobody waits for the result any more. */
  readonly disconnected: Flag | undefined;
}

/** A segment in SQLite as one reader has it open. */
interface OpenActive {
  readonly segment: ActiveSegment;
  readonly values: ActiveDictionary;
  readonly logs: ActiveLogs;
  readonly rows: CommitLogReader;
  /** Queries that look at it. */
  queries: number;
}

interface OpenSealed {
  readonly segment: SealedSegment;
  readonly values: SealedDictionary;
}

function withEachNumber(open: OpenSealed): [number: number, open: OpenSealed][] {
  const { number, last } = open.segment.info;
  return Array.from({ length: last - number + 1 }, (_, nth) => [number + nth, open]);
}

/** Answers queries about logs, which it knows by number. There is one in each reader thread. */
export class Reader {
  readonly #directory: DataDirectory;
  readonly #queryMillis: number;
  readonly #cache = new SealedCache();
  readonly #runs: IdRuns<CatalogueFile>;
  #answers = new KnownAnswers();
  #version: StoreVersion;
  readonly #queries = new Set<Promise<unknown>>();
  #active: readonly OpenActive[] = [];
  #sealed: readonly OpenSealed[] = [];
  /** By number; a compacted one by each number of those it was compacted from. */
  #sealedByNumber = new Map<number, OpenSealed>();

  constructor(directory: DataDirectory, version: StoreVersion, queryMillis: number) {
    this.#directory = directory;
    this.#queryMillis = queryMillis;
    this.#runs = new IdRuns(({ file }) => directory.pathOf(file));
    this.#version = version;
    this.useVersion(version);
  }

  /** Uses another version from now on. Queries under way finish with the one that they began with. */
  useVersion(version: StoreVersion): void {
    const before = this.#active;
    const sealedBefore = this.#sealed;
    this.#version = version;
    this.#active = version.active.map((segment) => this.#openActive(segment));
    this.#sealed = version.sealed.map((info) => this.#openSealed(info));
    this.#sealedByNumber = new Map(this.#sealed.flatMap(withEachNumber));
    const paths = new Set(this.#sealed.map(({ segment }) => segment.path));
    this.#runs.useRuns(version.runs);
    for (const open of before) this.#closeIfUnused(open);
    // A segment in the place of others may have fewer events, or more.
    const isKept = ({ segment }: OpenSealed) => paths.has(segment.path);
    if (!sealedBefore.every(isKept)) this.#answers = new KnownAnswers();
  }

  /** Waits for the queries under way, and closes the files that are not in the version. */
  async releaseOldVersions(): Promise<void> {
    await Promise.allSettled(this.#queries);
    this.#cache.keepOnly(this.#sealed.map(({ segment }) => segment.path));
  }

  get({ log, disconnected }: QueryContext, eventID: string): StoredEvent | undefined {
    throwIfDisconnected(disconnected);
    const hash = idHash(this.#version.idSeed, log, eventID);
    for (const { segment, rows } of this.#active) {
      for (const row of rowsWithHash(segment.columns, hash)) {
        const event = matchingEvent(rows.event(row), log, eventID);
        if (event !== undefined) return event;
      }
    }
    for (const location of this.#runs.find(eventID, hash)) {
      const row = this.#sealedByNumber.get(location.segment)?.segment.storedRow(location);
      const event = row && matchingEvent(row, log, eventID);
      if (event !== undefined) return event;
    }
    return undefined;
  }

  list(context: QueryContext, query: ListQuery): Promise<StoredEvent[]> {
    return this.#query(context, (slices) =>
      list(slices, query, this.#knownAnswers(context.log, query.filter)),
    );
  }

  count(context: QueryContext, filter: Filter, sequences: Range): Promise<number> {
    return this.#query(context, (slices) =>
      count(slices, filter, sequences, this.#knownAnswers(context.log, filter)),
    );
  }

  histogram(context: QueryContext, query: HistogramQuery): Promise<Histogram> {
    return this.#query(context, (slices) => histogram(slices, query));
  }

  distinct(
    context: QueryContext,
    facet: Facet,
    filter: Filter,
    limit?: number,
  ): Promise<readonly FacetCount[]> {
    return this.#query(context, (slices) =>
      distinct(slices, facet, filter, this.#knownAnswers(context.log, filter), limit),
    );
  }

  facetCounts(context: QueryContext, query: FacetsQuery): Promise<FacetCounts> {
    return this.#query(context, (slices) =>
      facetCounts(slices, query, this.#knownAnswers(context.log, query.filter)),
    );
  }

  scanPage(context: QueryContext, range: Range, filter: Filter): Promise<ScanPage> {
    return this.#query(context, (slices) => scanPage(slices, range, filter));
  }

  listLines(
    context: QueryContext,
    query: LinesQuery,
    packing: Packing,
  ): Promise<Lines | undefined> {
    return this.#query(context, (slices) =>
      listLines(slices, query, packing, this.#knownAnswers(context.log, query.filter)),
    );
  }

  countedLines(context: QueryContext, query: LinesQuery): Promise<CountedLines> {
    return this.#query(context, (slices) =>
      countedLines(slices, query, this.#knownAnswers(context.log, query.filter)),
    );
  }

  sequenceAt(context: QueryContext, recordedAt: Micros): Promise<number | undefined> {
    return this.#query(context, (slices) => sequenceAt(slices, recordedAt));
  }

  treeNodes(
    context: QueryContext,
    level: number,
    from: number,
    count: number,
  ): Promise<Uint8Array> {
    return this.#query(context, (slices) => treeNodes(slices, level, from, count));
  }

  /** Waits for the queries under way. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#queries);
    this.useVersion({ ...this.#version, active: [], sealed: [], runs: [] });
    this.#cache.close();
  }

  /** Runs a query over the log's slices, oldest segment first. */
  async #query<T>(
    { log, disconnected }: QueryContext,
    query: (slices: readonly LogSlice[]) => PausableWork<T>,
  ): Promise<T> {
    const active = this.#active;
    const slices = [
      ...this.#sealed.map(({ segment, values }) => new SealedSlice(log, segment, values)),
      ...active
        .map((open) =>
          activeSlice(log, open.segment.columns, { ...open, number: open.segment.number }),
        )
        .filter(({ range }) => range.from < range.to),
    ];
    for (const used of active) used.queries += 1;
    const result = runInSlices(query(slices), this.#queryMillis, disconnected);
    this.#queries.add(result);
    try {
      return await result;
    } finally {
      this.#queries.delete(result);
      for (const used of active) {
        used.queries -= 1;
        this.#closeIfUnused(used);
      }
    }
  }

  #knownAnswers(log: number, filter: Filter): FilterAnswers {
    const { number = -1 } = this.#sealed.at(-1)?.segment.info ?? {};
    return this.#answers.of(log, filter, number + 1);
  }

  #openActive(segment: ActiveSegment): OpenActive {
    const known = this.#active.find((open) => open.segment.number === segment.number);
    if (known !== undefined) return known;
    const rows = CommitLogReader.open(this.#directory.pathOf(segment.file));
    const { columns } = segment;
    return {
      segment,
      values: new ActiveDictionary(columns),
      logs: new ActiveLogs(columns),
      rows,
      queries: 0,
    };
  }

  #openSealed(info: SealedInfo): OpenSealed {
    const path = this.#directory.pathOf(info.file);
    const known = this.#sealedByNumber.get(info.number);
    if (known?.segment.path === path) return known;
    const segment = new SealedSegment(info, path, this.#cache);
    return { segment, values: new SealedDictionary(segment) };
  }

  #closeIfUnused(open: OpenActive): void {
    if (open.queries === 0 && !this.#active.includes(open)) open.rows.close();
  }
}
