import type { Facet } from '../../core/facets.ts';
import type { Filter } from '../../core/filter.ts';
import type { Micros } from '../../core/micros.ts';
import type { PausableWork } from '../../core/pausable-work.ts';
import type { Flag } from '../../runtime/flag.ts';
import type {
  FacetCount,
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
import { CommitLogReader, matchingEvent } from './active/commit-log-reader.ts';
import type { CatalogueFile } from './catalogue.ts';
import type { DataDirectory } from './data-directory.ts';
import { type IdSeed, idHash } from './ids/id-hash.ts';
import { IdRuns } from './ids/id-runs.ts';
import type { LogSlice } from './log-slice.ts';
import { count, distinct } from './query/count.ts';
import { type FilterAnswers, KnownAnswers } from './query/known-answers.ts';
import { list } from './query/list.ts';
import { listLines } from './query/list-lines.ts';
import { runInSlices, throwIfDisconnected } from './query/run-in-slices.ts';
import { type ScanPage, scanPage } from './query/scan.ts';
import { sequenceAt } from './query/sequence-at.ts';
import { treeNodes } from './query/tree-nodes.ts';
import { SealedCache } from './sealed/sealed-cache.ts';
import { type SealedInfo, SealedSegment } from './sealed/sealed-segment.ts';
import { SealedSlice } from './sealed/sealed-slice.ts';
import { SealedDictionary } from './sealed/sealed-values.ts';

/** Everything that can be read at a moment. */
export interface StoreVersion {
  readonly idSeed: IdSeed;
  /** Oldest first. */
  readonly sealed: readonly SealedInfo[];
  /** The runs of ids of the sealed segments. */
  readonly runs: readonly CatalogueFile[];
  /** Segments in SQLite, oldest first; the last one takes events. */
  readonly active: readonly ActiveSegment[];
}

/** The log that is asked about, by its number. */
export interface QueryContext {
  readonly log: number;
  /** Raised once nobody waits for the answer any more. */
  readonly disconnected: Flag | undefined;
}

/** A segment in SQLite as one reader holds it. */
interface OpenActive {
  readonly segment: ActiveSegment;
  readonly values: ActiveDictionary;
  readonly logs: ActiveLogs;
  readonly rows: CommitLogReader;
  /** Questions that look at it. */
  queries: number;
}

interface OpenSealed {
  readonly segment: SealedSegment;
  readonly values: SealedDictionary;
}

function withEachNumber(open: OpenSealed): [number: number, open: OpenSealed][] {
  const { number, last } = open.segment.info;
  return Array.from({ length: last - number + 1 }, (_, place) => [number + place, open]);
}

/** Answers questions about logs, which it knows by number. One lives in each reader thread. */
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
  /** By number; a merged one by each number of those it was merged from. */
  #sealedByNumber = new Map<number, OpenSealed>();

  constructor(directory: DataDirectory, view: StoreVersion, queryMillis: number) {
    this.#directory = directory;
    this.#queryMillis = queryMillis;
    this.#runs = new IdRuns(({ file }) => directory.pathOf(file));
    this.#version = view;
    this.useVersion(view);
  }

  /** What is there from now on. Questions under way finish with what they began with. */
  useVersion(view: StoreVersion): void {
    const before = this.#active;
    const sealedBefore = this.#sealed;
    this.#version = view;
    this.#active = view.active.map((live) => this.#openActive(live));
    this.#sealed = view.sealed.map((info) => this.#openSealed(info));
    this.#sealedByNumber = new Map(this.#sealed.flatMap(withEachNumber));
    const paths = new Set(this.#sealed.map(({ segment }) => segment.path));
    this.#runs.useRuns(view.runs);
    for (const live of before) this.#closeIfUnused(live);
    // A segment in the place of others may have lost events, or have more of them.
    const isKept = ({ segment }: OpenSealed) => paths.has(segment.path);
    if (!sealedBefore.every(isKept)) this.#answers = new KnownAnswers();
  }

  /** Waits for the questions under way, and lets go of the files that are shown no more. */
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
    for (const place of this.#runs.find(eventID, hash)) {
      const held = this.#sealedByNumber.get(place.segment)?.segment.storedRow(place);
      const event = held && matchingEvent(held, log, eventID);
      if (event !== undefined) return event;
    }
    return undefined;
  }

  list(asked: QueryContext, query: ListQuery): Promise<StoredEvent[]> {
    return this.#query(asked, (stretches) =>
      list(stretches, query, this.#knownAnswers(asked.log, query.filter)),
    );
  }

  count(asked: QueryContext, filter: Filter, sequences: Range): Promise<number> {
    return this.#query(asked, (stretches) =>
      count(stretches, filter, sequences, this.#knownAnswers(asked.log, filter)),
    );
  }

  distinct(
    asked: QueryContext,
    facet: Facet,
    filter: Filter,
    limit?: number,
  ): Promise<FacetCount[]> {
    return this.#query(asked, (stretches) =>
      distinct(stretches, facet, filter, this.#knownAnswers(asked.log, filter), limit),
    );
  }

  scanPage(asked: QueryContext, range: Range, filter: Filter): Promise<ScanPage> {
    return this.#query(asked, (stretches) => scanPage(stretches, range, filter));
  }

  listLines(asked: QueryContext, query: LinesQuery, packing: Packing): Promise<Lines | undefined> {
    return this.#query(asked, (stretches) =>
      listLines(stretches, query, packing, this.#knownAnswers(asked.log, query.filter)),
    );
  }

  sequenceAt(asked: QueryContext, recordedAt: Micros): Promise<number | undefined> {
    return this.#query(asked, (stretches) => sequenceAt(stretches, recordedAt));
  }

  treeNodes(asked: QueryContext, level: number, from: number, count: number): Promise<Uint8Array> {
    return this.#query(asked, (stretches) => treeNodes(stretches, level, from, count));
  }

  /** Waits for the questions under way. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#queries);
    this.useVersion({ ...this.#version, active: [], sealed: [], runs: [] });
    this.#cache.close();
  }

  /** Puts a question to the log's events, oldest segment first. */
  async #query<T>(
    { log, disconnected }: QueryContext,
    question: (stretches: readonly LogSlice[]) => PausableWork<T>,
  ): Promise<T> {
    const live = this.#active;
    const stretches = [
      ...this.#sealed.map(({ segment, values }) => new SealedSlice(log, segment, values)),
      ...live
        .map((open) => activeSlice(log, open.segment.columns, open))
        .filter(({ range }) => range.from < range.to),
    ];
    for (const used of live) used.queries += 1;
    const answer = runInSlices(question(stretches), this.#queryMillis, disconnected);
    this.#queries.add(answer);
    try {
      return await answer;
    } finally {
      this.#queries.delete(answer);
      for (const used of live) {
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
    const held = this.#active.find((open) => open.segment.number === segment.number);
    if (held !== undefined) return held;
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
    const held = this.#sealedByNumber.get(info.number);
    if (held?.segment.path === path) return held;
    const segment = new SealedSegment(info, path, this.#cache);
    return { segment, values: new SealedDictionary(segment) };
  }

  #closeIfUnused(live: OpenActive): void {
    if (live.queries === 0 && !this.#active.includes(live)) live.rows.close();
  }
}
