import type { Facet } from '../../core/facets.ts';
import type { Filter } from '../../core/filter.ts';
import type { Micros } from '../../core/micros.ts';
import { type Flag, flagFromSignal } from '../../runtime/flag.ts';
import { emptyHead } from '../empty-head.ts';
import { emptyHistogram } from '../empty-histogram.ts';
import type {
  CountedLines,
  DroppedPrefix,
  EventReader,
  FacetCount,
  FacetCounts,
  FacetsQuery,
  Head,
  Histogram,
  HistogramQuery,
  Lines,
  LinesQuery,
  ListQuery,
  Packing,
  Range,
  StoredEvent,
} from '../event-store.ts';
import type { Log, Logs } from './logs.ts';
import type { QueryContext } from './reader.ts';
import type { ReaderPool } from './reader-pool.ts';

/** Sends each query to the reader thread with the least to do. */
export class StoreReader implements EventReader {
  readonly #readers: ReaderPool;
  readonly #logs: Logs;
  /** Raised once nobody waits for results any more. */
  readonly #disconnected: Flag | undefined;

  constructor(readers: ReaderPool, logs: Logs, disconnected?: Flag) {
    this.#readers = readers;
    this.#logs = logs;
    this.#disconnected = disconnected;
  }

  withSignal(signal: AbortSignal): EventReader {
    return new StoreReader(this.#readers, this.#logs, flagFromSignal(signal));
  }

  async head(organisation: string): Promise<Head> {
    return this.#logs.of(organisation)?.head ?? emptyHead;
  }

  async get(organisation: string, eventID: string): Promise<StoredEvent | undefined> {
    const log = this.#logs.of(organisation);
    return log && this.#readers.leastBusy.get(this.#contextOf(log), eventID);
  }

  async list(organisation: string, query: ListQuery): Promise<readonly StoredEvent[]> {
    const log = this.#logs.of(organisation);
    return log ? this.#readers.leastBusy.list(this.#contextOf(log), query) : [];
  }

  async count(organisation: string, filter: Filter, snapshot?: number): Promise<number> {
    const log = this.#logs.of(organisation);
    if (log === undefined) return 0;
    const to = snapshot ?? Number.POSITIVE_INFINITY;
    return this.#readers.leastBusy.count(this.#contextOf(log), filter, { from: 0, to });
  }

  async histogram(organisation: string, query: HistogramQuery): Promise<Histogram> {
    const log = this.#logs.of(organisation);
    if (log === undefined) return emptyHistogram(query.buckets);
    return this.#readers.leastBusy.histogram(this.#contextOf(log), query);
  }

  async *scan(
    organisation: string,
    { from, to }: Range,
    filter: Filter = {},
  ): AsyncIterable<readonly StoredEvent[]> {
    const log = this.#logs.of(organisation);
    if (log === undefined) return;
    const read = (at: number) =>
      this.#readers.leastBusy.scanPage(this.#contextOf(log), { from: at, to }, filter);
    let reading = read(from);
    for (;;) {
      const { events, next } = await reading;
      if (events.length === 0) return;
      this.#logs.checkOpen();
      reading = read(next);
      // A caller that stops early never looks at this page.
      reading.catch(() => {});
      yield events;
    }
  }

  async listLines(
    organisation: string,
    query: LinesQuery,
    packing: Packing = 'plain',
  ): Promise<Lines | undefined> {
    const log = this.#logs.of(organisation);
    return log && this.#readers.leastBusy.listLines(this.#contextOf(log), query, packing);
  }

  async countedLines(organisation: string, query: LinesQuery): Promise<CountedLines> {
    const log = this.#logs.of(organisation);
    if (log === undefined) return { lines: undefined, total: 0 };
    return this.#readers.leastBusy.countedLines(this.#contextOf(log), query);
  }

  async sequenceAt(organisation: string, recordedAt: Micros): Promise<number> {
    const log = this.#logs.of(organisation);
    if (log === undefined) return 0;
    const sequence = await this.#readers.leastBusy.sequenceAt(this.#contextOf(log), recordedAt);
    return sequence ?? log.head.size;
  }

  async distinct(
    organisation: string,
    facet: Facet,
    filter: Filter = {},
    limit?: number,
  ): Promise<readonly FacetCount[]> {
    const log = this.#logs.of(organisation);
    return log ? this.#readers.leastBusy.distinct(this.#contextOf(log), facet, filter, limit) : [];
  }

  async facetCounts(organisation: string, query: FacetsQuery): Promise<FacetCounts> {
    const log = this.#logs.of(organisation);
    if (log !== undefined) return this.#readers.leastBusy.facetCounts(this.#contextOf(log), query);
    const nothing = { values: [], distinct: 0, absent: 0 };
    return { total: 0, facets: query.facets.map(() => nothing) };
  }

  async treeNodes(
    organisation: string,
    level: number,
    from: number,
    count: number,
  ): Promise<Uint8Array> {
    const log = this.#logs.of(organisation);
    if (log === undefined) return new Uint8Array();
    return this.#readers.leastBusy.treeNodes(this.#contextOf(log), level, from, count);
  }

  async dropped(organisation: string): Promise<DroppedPrefix | undefined> {
    this.#logs.checkOpen();
    return this.#logs.dropped.of(organisation);
  }

  watch(organisation: string, onGrown: () => void): () => void {
    return this.#logs.watchers.add(organisation, onGrown);
  }

  #contextOf({ number }: Log): QueryContext {
    return { log: number, disconnected: this.#disconnected };
  }
}
