import type { Position } from '../../core/cursor.ts';
import { type Facet, facetIndex } from '../../core/facets.ts';
import { type Filter, matches, searchForm } from '../../core/filter.ts';
import type { Micros } from '../../core/micros.ts';
import {
  checkAppends,
  checkErasures,
  duplicateIdError,
  headMovedError,
  storeClosedError,
} from '../append-check.ts';
import { DroppedLogs } from '../dropped-logs.ts';
import { emptyHead } from '../empty-head.ts';
import { emptyHistogram } from '../empty-histogram.ts';
import { toLines } from '../event-lines.ts';
import type {
  Append,
  CountedLines,
  DroppedPrefix,
  Erasure,
  EventReader,
  EventStore,
  ExpiredRange,
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
  SequencedEvent,
  StoredEvent,
} from '../event-store.ts';
import { mostFrequent } from '../most-frequent.ts';
import { searchFieldsOf } from '../search-fields.ts';
import { Watchers } from '../watchers.ts';
import { compressLines } from '../zstd-lines.ts';

/** One organisation's log. */
interface Log {
  /** The events that are not dropped. */
  events: SequencedEvent[];
  readonly byId: Map<string, SequencedEvent>;
  readonly leafHashes: Uint8Array[];
  /** Hashes by level, then by index. */
  readonly nodes: Map<number, Uint8Array[]>;
  head: Head;
}

const scanBatch = 1_000;

/** Keeps events in arrays, for tests and for trying Annals out. They last as long as the process. */
export function createMemoryStore(): EventStore {
  return new MemoryStore();
}

class MemoryStore implements EventStore {
  readonly #logs = new Map<string, Log>();
  readonly #dropped = new DroppedLogs();
  readonly #watchers = new Watchers();
  #closed = false;

  async append(appends: readonly Append[]): Promise<void> {
    this.#checkOpen();
    checkAppends(appends);
    for (const append of appends) this.#checkAgainstLog(append);
    for (const { organisation, events, head, nodes } of appends) {
      const log = this.#log(organisation);
      for (const event of events) {
        log.events.push(event);
        log.leafHashes.push(event.leafHash);
        log.byId.set(event.eventID, event);
      }
      for (const { level, index, hash } of nodes) {
        const hashes = log.nodes.get(level) ?? [];
        hashes[index] = hash;
        log.nodes.set(level, hashes);
      }
      log.head = head;
      this.#logs.set(organisation, log);
    }
    for (const { organisation } of appends) this.#watchers.notify(organisation);
  }

  async erase(organisation: string, erasures: readonly Erasure[]): Promise<void> {
    const { events, byId, head } = this.#log(organisation);
    checkErasures(organisation, erasures, head.size);
    for (const { sequence, body } of erasures) {
      const place = sequence - this.#firstKept(organisation);
      if (place < 0) continue;
      const { salt: _, ...event } = events[place]!;
      const erased = { ...event, body, ...searchFieldsOf(body) };
      events[place] = erased;
      byId.set(erased.eventID, erased);
    }
  }

  async expired(recordedBefore: Micros): Promise<readonly ExpiredRange[]> {
    this.#checkOpen();
    const stretches = Array.from(this.#logs, ([organisation, { events, head }]) => {
      const stays = events.find(({ recordedAt }) => recordedAt >= recordedBefore);
      return {
        organisation,
        from: this.#firstKept(organisation),
        to: stays?.sequence ?? head.size,
      };
    });
    return stretches.filter(({ from, to }) => from < to);
  }

  async drop(expired: readonly ExpiredRange[]): Promise<void> {
    this.#checkOpen();
    for (const { organisation, to } of expired) {
      const log = this.#log(organisation);
      const gone = log.events.filter(({ sequence }) => sequence < to);
      log.events = log.events.slice(gone.length);
      for (const { eventID, sequence, createdAt } of gone) {
        log.byId.delete(eventID);
        const dropped = { before: sequence + 1, earliest: createdAt, latest: createdAt };
        this.#dropped.add(organisation, dropped);
      }
    }
  }

  async findExisting(
    organisation: string,
    eventIDs: readonly string[],
  ): Promise<Map<string, StoredEvent>> {
    const { byId } = this.#log(organisation);
    const found = new Map<string, StoredEvent>();
    for (const id of eventIDs) {
      const event = byId.get(id);
      if (event !== undefined) found.set(id, toStoredEvent(event));
    }
    return found;
  }

  async head(organisation: string): Promise<Head> {
    return this.#log(organisation).head;
  }

  async get(organisation: string, eventID: string): Promise<StoredEvent | undefined> {
    const event = this.#log(organisation).byId.get(eventID);
    return event && toStoredEvent(event);
  }

  async list(organisation: string, query: ListQuery): Promise<readonly StoredEvent[]> {
    const { filter, order, after, skip = 0, limit, snapshot } = query;
    const compare =
      order === 'asc' ? comparePositions : (a: Position, b: Position) => comparePositions(b, a);
    return this.#matching(organisation, filter, snapshot)
      .filter((event) => after === undefined || compare(event, after) > 0)
      .sort(compare)
      .slice(skip, skip + limit)
      .map(toStoredEvent);
  }

  async count(organisation: string, filter: Filter, snapshot?: number): Promise<number> {
    return this.#matching(organisation, filter, snapshot).length;
  }

  async histogram(organisation: string, query: HistogramQuery): Promise<Histogram> {
    const { filter, start, width, buckets, snapshot } = query;
    const counts = emptyHistogram(buckets);
    for (const { createdAt, facets } of this.#matching(organisation, filter, snapshot)) {
      const bucket = Math.floor((createdAt - start) / width);
      if (bucket < 0 || bucket >= buckets) continue;
      const outcome = facets[facetIndex('outcome')];
      const column = outcome === 'success' || outcome === 'failure' ? outcome : 'unknown';
      counts[column][bucket]! += 1;
    }
    return counts;
  }

  async *scan(
    organisation: string,
    { from, to }: Range,
    filter: Filter = {},
  ): AsyncIterable<readonly StoredEvent[]> {
    const events = this.#matching(organisation, filter, to).filter(
      ({ sequence }) => sequence >= from,
    );
    for (let at = 0; at < events.length; at += scanBatch) {
      this.#checkOpen();
      yield events.slice(at, at + scanBatch).map(toStoredEvent);
    }
  }

  async listLines(
    organisation: string,
    query: LinesQuery,
    packing: Packing = 'plain',
  ): Promise<Lines | undefined> {
    const events = await this.list(organisation, { ...query, limit: query.limit + 1 });
    return compressLines(toLines(events, query), packing);
  }

  async countedLines(organisation: string, query: LinesQuery): Promise<CountedLines> {
    const total = await this.count(organisation, query.filter, query.snapshot);
    return { lines: await this.listLines(organisation, query), total };
  }

  async sequenceAt(organisation: string, recordedAt: Micros): Promise<number> {
    const { events, head } = this.#log(organisation);
    return events.find((event) => event.recordedAt >= recordedAt)?.sequence ?? head.size;
  }

  async distinct(
    organisation: string,
    facet: Facet,
    filter: Filter = {},
    limit = Number.POSITIVE_INFINITY,
  ): Promise<readonly FacetCount[]> {
    const query = { facets: [facet], filter, limit, maxDistinct: Number.POSITIVE_INFINITY };
    return (await this.facetCounts(organisation, query)).facets[0]!.values;
  }

  async facetCounts(organisation: string, query: FacetsQuery): Promise<FacetCounts> {
    const { facets, filter, snapshot, search = '', limit, maxDistinct } = query;
    const matching = this.#matching(organisation, filter, snapshot);
    const searched = searchForm(search);
    const countsOf = (facet: Facet) => {
      const counts = new Map<string, number>();
      let absent = 0;
      for (const event of matching) {
        const value = event.facets[facetIndex(facet)];
        if (value === undefined) absent += 1;
        else if (searchForm(value).includes(searched)) {
          counts.set(value, (counts.get(value) ?? 0) + 1);
        }
      }
      if (counts.size > maxDistinct) return { values: [], absent };
      return { values: mostFrequent(counts, limit), distinct: counts.size, absent };
    };
    return { total: matching.length, facets: facets.map(countsOf) };
  }

  async treeNodes(
    organisation: string,
    level: number,
    from: number,
    count: number,
  ): Promise<Uint8Array> {
    const { leafHashes, nodes } = this.#log(organisation);
    const hashes = level === 0 ? leafHashes : (nodes.get(level) ?? []);
    return new Uint8Array(Buffer.concat(hashes.slice(from, from + count)));
  }

  async dropped(organisation: string): Promise<DroppedPrefix | undefined> {
    this.#checkOpen();
    return this.#dropped.of(organisation);
  }

  watch(organisation: string, onGrown: () => void): () => void {
    return this.#watchers.add(organisation, onGrown);
  }

  /** Every query is answered in the same step, so a signal has nothing to stop. */
  withSignal(): EventReader {
    return this;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watchers.notifyAll();
  }

  #checkOpen(): void {
    if (this.#closed) throw storeClosedError();
  }

  #firstKept(organisation: string): number {
    return this.#dropped.of(organisation)?.before ?? 0;
  }

  #checkAgainstLog(append: Append): void {
    const { head, byId } = this.#log(append.organisation);
    if (head.size !== append.expectedSize) throw headMovedError(append, head.size);
    for (const { eventID } of append.events) {
      if (byId.has(eventID)) throw duplicateIdError(append.organisation, eventID);
    }
  }

  #log(organisation: string): Log {
    this.#checkOpen();
    return (
      this.#logs.get(organisation) ?? {
        events: [],
        byId: new Map(),
        leafHashes: [],
        nodes: new Map(),
        head: emptyHead,
      }
    );
  }

  #matching(
    organisation: string,
    filter: Filter,
    snapshot = Number.POSITIVE_INFINITY,
  ): SequencedEvent[] {
    const { events } = this.#log(organisation);
    return events.filter((event) => event.sequence < snapshot && matches(filter, event));
  }
}

function comparePositions(a: Position, b: Position): number {
  return a.createdAt - b.createdAt || a.sequence - b.sequence;
}

function toStoredEvent({
  sequence,
  createdAt,
  recordedAt,
  body,
  salt,
}: SequencedEvent): StoredEvent {
  return { sequence, createdAt, recordedAt, body, ...(salt !== undefined && { salt }) };
}
