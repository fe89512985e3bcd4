import type { Facet } from '../../core/facets.ts';
import type { Filter } from '../../core/filter.ts';
import type { Micros } from '../../core/micros.ts';
import type { Flag } from '../../threads/flag.ts';
import type {
  FacetCount,
  Lines,
  LinesQuery,
  ListQuery,
  Packing,
  Range,
  StoredEvent,
} from '../event-store.ts';
import type { DataDirectory } from './data-directory.ts';
import { type IdSeed, idHash } from './ids/id-hash.ts';
import { IdRuns, type RunSpan } from './ids/id-runs.ts';
import { rowsWithHash } from './live/columns.ts';
import { eventIn } from './live/event-in.ts';
import { LiveLogs } from './live/live-logs.ts';
import type { LiveSegment } from './live/live-segment.ts';
import { Rows } from './live/rows.ts';
import { LiveValues, liveStretch } from './live/stretch.ts';
import { count, distinct } from './query/count.ts';
import { CountMemory, type KnownCounts } from './query/known-counts.ts';
import { ValueMemory } from './query/known-values.ts';
import { list } from './query/list.ts';
import { listLines } from './query/list-lines.ts';
import { type ScanPage, scanPage } from './query/scan.ts';
import type { Stretch } from './query/segment.ts';
import { sequenceAt } from './query/sequence-at.ts';
import { inSlices, type Slices, stopIfLeft } from './query/slices.ts';
import { treeNodes } from './query/tree-nodes.ts';
import { SealedCache } from './sealed/sealed-cache.ts';
import { type SealedInfo, SealedSegment } from './sealed/sealed-segment.ts';
import { SealedStretch } from './sealed/sealed-stretch.ts';
import { SealedValues } from './sealed/sealed-values.ts';

/** Everything that can be read at a moment. */
export interface View {
  readonly idSeed: IdSeed;
  /** Oldest first. */
  readonly sealed: readonly SealedInfo[];
  /** The runs of ids of the sealed segments. */
  readonly runs: readonly RunSpan[];
  /** Segments in SQLite, oldest first; the last one takes events. */
  readonly live: readonly LiveSegment[];
}

/** The log that is asked about, by its number. */
export interface Asked {
  readonly log: number;
  /** Raised once nobody waits for the answer any more. */
  readonly left: Flag | undefined;
}

/** Of each segment in SQLite, kept in memory by each reader. */
const cacheBytes = 2 * 1024 * 1024;

/** A segment in SQLite as one reader holds it. */
interface OpenLive {
  readonly live: LiveSegment;
  readonly values: LiveValues;
  readonly logs: LiveLogs;
  readonly rows: Rows;
  /** Questions that look at it. */
  users: number;
}

interface OpenSealed {
  readonly segment: SealedSegment;
  readonly values: SealedValues;
}

function byEachNumber(open: OpenSealed): [number: number, open: OpenSealed][] {
  const { number, last } = open.segment.info;
  return Array.from({ length: last - number + 1 }, (_, place) => [number + place, open]);
}

/** Answers questions about logs, which it knows by number. One lives in each reader thread. */
export class Reader {
  readonly #directory: DataDirectory;
  readonly #queryMillis: number;
  readonly #cache = new SealedCache();
  readonly #runs: IdRuns;
  readonly #counts = new CountMemory();
  readonly #values = new ValueMemory();
  #view: View;
  readonly #asking = new Set<Promise<unknown>>();
  #live: readonly OpenLive[] = [];
  #sealed: readonly OpenSealed[] = [];
  /** By number; a merged one by each number of those it was merged from. */
  #sealedByNumber = new Map<number, OpenSealed>();

  constructor(directory: DataDirectory, view: View, queryMillis: number) {
    this.#directory = directory;
    this.#queryMillis = queryMillis;
    this.#runs = new IdRuns((span) => directory.run(span));
    this.#view = view;
    this.show(view);
  }

  /** What is there from now on. Questions under way finish with what they began with. */
  show(view: View): void {
    const before = this.#live;
    const sealedBefore = this.#sealed;
    this.#view = view;
    this.#live = view.live.map((live) => this.#openLive(live));
    this.#sealed = view.sealed.map((info) => this.#openSealed(info));
    this.#sealedByNumber = new Map(this.#sealed.flatMap(byEachNumber));
    const paths = new Set(this.#sealed.map(({ segment }) => segment.path));
    this.#runs.show(view.runs);
    for (const live of before) this.#closeIfUnused(live);
    // A segment in the place of others may have lost events, or have more of them.
    const isKept = ({ segment }: OpenSealed) => paths.has(segment.path);
    if (sealedBefore.every(isKept)) return;
    this.#counts.clear();
    this.#values.clear();
  }

  /** Waits for the questions under way, and lets go of the files that are shown no more. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#asking);
    this.#cache.keepOnly(this.#sealed.map(({ segment }) => segment.path));
  }

  get({ log, left }: Asked, eventID: string): StoredEvent | undefined {
    stopIfLeft(left);
    const hash = idHash(this.#view.idSeed, log, eventID);
    for (const { live, rows } of this.#live) {
      for (const row of rowsWithHash(live.columns, hash)) {
        const event = eventIn(rows.event(row), log, eventID);
        if (event !== undefined) return event;
      }
    }
    for (const place of this.#runs.find(eventID, hash)) {
      const held = this.#sealedByNumber.get(place.segment)?.segment.storedRow(place);
      const event = held && eventIn(held, log, eventID);
      if (event !== undefined) return event;
    }
    return undefined;
  }

  list(asked: Asked, query: ListQuery): Promise<StoredEvent[]> {
    return this.#ask(asked, (stretches) =>
      list(stretches, query, this.#known(asked.log, query.filter)),
    );
  }

  count(asked: Asked, filter: Filter, sequences: Range): Promise<number> {
    return this.#ask(asked, (stretches) =>
      count(stretches, filter, sequences, this.#known(asked.log, filter)),
    );
  }

  distinct(asked: Asked, facet: Facet, filter: Filter, limit?: number): Promise<FacetCount[]> {
    return this.#ask(asked, (stretches) => {
      const known = this.#values.of(asked.log, facet, filter);
      return distinct(stretches, facet, filter, known, limit);
    });
  }

  scanPage(asked: Asked, range: Range, filter: Filter): Promise<ScanPage> {
    return this.#ask(asked, (stretches) => scanPage(stretches, range, filter));
  }

  listLines(asked: Asked, query: LinesQuery, packing: Packing): Promise<Lines | undefined> {
    return this.#ask(asked, (stretches) =>
      listLines(stretches, query, packing, this.#known(asked.log, query.filter)),
    );
  }

  sequenceAt(asked: Asked, recordedAt: Micros): Promise<number | undefined> {
    return this.#ask(asked, (stretches) => sequenceAt(stretches, recordedAt));
  }

  treeNodes(asked: Asked, level: number, from: number, count: number): Promise<Uint8Array> {
    return this.#ask(asked, (stretches) => treeNodes(stretches, level, from, count));
  }

  /** Waits for the questions under way. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#asking);
    this.show({ ...this.#view, live: [], sealed: [], runs: [] });
    this.#cache.close();
  }

  /** Puts a question to the log's events, oldest segment first. */
  async #ask<T>(
    { log, left }: Asked,
    question: (stretches: readonly Stretch[]) => Slices<T>,
  ): Promise<T> {
    const live = this.#live;
    const stretches = [
      ...this.#sealed.map(({ segment, values }) => new SealedStretch(log, segment, values)),
      ...live
        .map((open) => liveStretch(log, open.live.columns, open))
        .filter(({ range }) => range.from < range.to),
    ];
    for (const used of live) used.users += 1;
    const answer = inSlices(question(stretches), this.#queryMillis, left);
    this.#asking.add(answer);
    try {
      return await answer;
    } finally {
      this.#asking.delete(answer);
      for (const used of live) {
        used.users -= 1;
        this.#closeIfUnused(used);
      }
    }
  }

  #known(log: number, filter: Filter): KnownCounts {
    const { number = -1 } = this.#sealed.at(-1)?.segment.info ?? {};
    return this.#counts.of(log, filter, number + 1);
  }

  #openLive(live: LiveSegment): OpenLive {
    const held = this.#live.find((open) => open.live.number === live.number);
    if (held !== undefined) return held;
    const rows = Rows.open(this.#directory.database(live.number), cacheBytes);
    const { columns } = live;
    return { live, values: new LiveValues(columns), logs: new LiveLogs(columns), rows, users: 0 };
  }

  #openSealed(info: SealedInfo): OpenSealed {
    const path = this.#directory.sealed(info);
    const held = this.#sealedByNumber.get(info.number);
    if (held?.segment.path === path) return held;
    const segment = new SealedSegment(info, path, this.#cache);
    return { segment, values: new SealedValues(segment) };
  }

  #closeIfUnused(live: OpenLive): void {
    if (live.users === 0 && !this.#live.includes(live)) live.rows.close();
  }
}
