import { availableParallelism } from 'node:os';
import { AnnalsError } from '../../core/errors.ts';
import type { Facet } from '../../core/facets.ts';
import type { Filter } from '../../core/filter.ts';
import type { Micros } from '../../core/micros.ts';
import { siblingModule, Thread } from '../../threads/thread.ts';
import { checkAppends, storeClosed } from '../append-check.ts';
import { DroppedLogs } from '../dropped-logs.ts';
import { emptyHead } from '../empty-head.ts';
import type {
  Append,
  Dropped,
  Erasure,
  EventStore,
  Expired,
  FacetCount,
  Head,
  Lines,
  LinesQuery,
  ListQuery,
  Packing,
  Range,
  StoredEvent,
} from '../event-store.ts';
import { packAppends } from './live/packed-appends.ts';
import type { LogEnd } from './live/rows.ts';
import { ReaderPool } from './reader-pool.ts';
import { Segments } from './segments.ts';
import type { WriterOptions } from './writer.ts';
import type { WriterMethods } from './writer-thread.ts';

export interface SqliteStoreOptions {
  /** The data directory; made when it is missing. */
  readonly directory: string;
  /** Threads that answer questions. */
  readonly readers?: number;
  /** Events after which a segment is full and a new one begins. */
  readonly segmentEvents?: number;
  /** How long a segment takes events at most, however few they are; without it until it is full. */
  readonly segmentMicros?: Micros;
  /** How long one question may take. */
  readonly queryMillis?: number;
}

/** A log as this thread knows it: its number in the files, and its end. */
interface Log {
  readonly number: number;
  readonly head: Head;
}

/**
 * Keeps events in a directory, as `docs/decisions/002-columns-for-queries.md` tells. All work is done in threads.
 * Rejects with `unavailable` when another process has the directory open, or the directory cannot be used.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<EventStore> {
  const { directory, segmentEvents = 65_536, queryMillis = 30_000 } = options;
  const { segmentMicros = Number.POSITIVE_INFINITY } = options;
  const { readers = Math.min(4, Math.max(2, availableParallelism() - 1)) } = options;
  const data: WriterOptions = { directory, segmentEvents, segmentMicros };
  const module = siblingModule(import.meta.url, './writer-thread');
  const writer = new Thread<WriterMethods>('event store writer', module, data);
  try {
    const { logs, view, ...opened } = await writer.call.open();
    const dropped = new DroppedLogs(opened.dropped);
    const pool = new ReaderPool(readers, { directory, view, queryMillis });
    const segments = new Segments(data, { view, dropped }, writer, pool);
    return new SqliteStore(writer, pool, segments, { logs, dropped });
  } catch (error) {
    await writer.terminate();
    if (!(error instanceof AnnalsError) || error.code !== 'internal') throw error;
    throw new AnnalsError('unavailable', `Cannot open ${directory}: ${error.message}`, {
      cause: error,
    });
  }
}

class SqliteStore implements EventStore {
  readonly #writer: Thread<WriterMethods>;
  readonly #readers: ReaderPool;
  readonly #segments: Segments;
  readonly #logs: Map<string, Log>;
  readonly #dropped: DroppedLogs;
  /** Why the writer is gone. What it did last is unknown then, so nothing is answered any more. */
  #failed: AnnalsError | undefined;
  /** Erasures and the like, which are finished before the store is closed. */
  readonly #changing = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(
    writer: Thread<WriterMethods>,
    readers: ReaderPool,
    segments: Segments,
    { logs, dropped }: { readonly logs: readonly LogEnd[]; readonly dropped: DroppedLogs },
  ) {
    this.#writer = writer;
    this.#readers = readers;
    this.#segments = segments;
    this.#logs = new Map(logs.map((log) => [log.organisation, log]));
    this.#dropped = dropped;
    void writer.ended.then((reason) => {
      this.#failed = reason;
    });
  }

  async append(appends: readonly Append[]): Promise<void> {
    this.#checkOpen();
    checkAppends(appends);
    await this.#segments.room();
    const { numbers, begun } = await this.#writer.call.append(packAppends(appends));
    for (const { organisation, number } of numbers) {
      this.#logs.set(organisation, { number, head: emptyHead });
    }
    for (const { organisation, head } of appends) {
      const { number } = this.#logs.get(organisation)!;
      this.#logs.set(organisation, { number, head });
    }
    for (const segment of begun) this.#segments.begin(segment);
  }

  erase(organisation: string, erasures: readonly Erasure[]): Promise<void> {
    return this.#finished(this.#erase(organisation, erasures));
  }

  expired(recordedBefore: Micros): Promise<readonly Expired[]> {
    return this.#finished(this.#expired(recordedBefore));
  }

  async drop(expired: readonly Expired[]): Promise<void> {
    this.#checkOpen();
    await this.#finished(this.#segments.drop(expired));
  }

  #finished<T>(change: Promise<T>): Promise<T> {
    const changing = change.finally(() => this.#changing.delete(changing));
    this.#changing.add(changing);
    return changing;
  }

  async #expired(recordedBefore: Micros): Promise<readonly Expired[]> {
    this.#checkOpen();
    await this.#segments.room();
    const aside = await this.#writer.call.setAsideExpired(recordedBefore);
    if (aside !== undefined) {
      for (const segment of aside.begun) this.#segments.begin(segment);
      await this.#segments.untilSealed(aside.before, 'drop');
    }
    return this.#segments.expired(recordedBefore);
  }

  async #erase(organisation: string, erasures: readonly Erasure[]): Promise<void> {
    this.#checkOpen();
    if (erasures.length === 0) return;
    await this.#segments.room();
    const aside = await this.#writer.call.setAside(organisation, erasures);
    if (aside === undefined) return;
    for (const segment of aside.begun) this.#segments.begin(segment);
    await this.#segments.erase(aside.log, erasures, aside.before);
  }

  async findExisting(
    organisation: string,
    eventIDs: readonly string[],
  ): Promise<Map<string, StoredEvent>> {
    this.#checkOpen();
    await this.#segments.room();
    return this.#writer.call.findExisting(organisation, eventIDs);
  }

  async head(organisation: string): Promise<Head> {
    return this.#log(organisation)?.head ?? emptyHead;
  }

  async get(organisation: string, eventID: string): Promise<StoredEvent | undefined> {
    const log = this.#log(organisation);
    return log && this.#readers.idlest.get(log.number, eventID);
  }

  async list(organisation: string, query: ListQuery): Promise<readonly StoredEvent[]> {
    const log = this.#log(organisation);
    return log ? this.#readers.idlest.list(log.number, query) : [];
  }

  async count(organisation: string, filter: Filter, snapshot?: number): Promise<number> {
    const log = this.#log(organisation);
    if (log === undefined) return 0;
    const to = snapshot ?? Number.POSITIVE_INFINITY;
    return this.#readers.idlest.count(log.number, filter, { from: 0, to });
  }

  async *scan(
    organisation: string,
    { from, to }: Range,
    filter: Filter = {},
  ): AsyncIterable<readonly StoredEvent[]> {
    const pages = this.#pages(organisation, from, async (log, at) => {
      const page = await this.#readers.idlest.scanPage(log, { from: at, to }, filter);
      return page.events.length === 0 ? undefined : page;
    });
    for await (const { events } of pages) yield events;
  }

  async listLines(
    organisation: string,
    query: LinesQuery,
    packing: Packing = 'plain',
  ): Promise<Lines | undefined> {
    const log = this.#log(organisation);
    return log && this.#readers.idlest.listLines(log.number, query, packing);
  }

  async sequenceAt(organisation: string, recordedAt: Micros): Promise<number> {
    const log = this.#log(organisation);
    if (log === undefined) return 0;
    const sequence = await this.#readers.idlest.sequenceAt(log.number, recordedAt);
    return sequence ?? log.head.size;
  }

  async distinct(
    organisation: string,
    facet: Facet,
    filter: Filter = {},
    limit?: number,
  ): Promise<readonly FacetCount[]> {
    const log = this.#log(organisation);
    return log ? this.#readers.idlest.distinct(log.number, facet, filter, limit) : [];
  }

  async treeNodes(
    organisation: string,
    level: number,
    from: number,
    count: number,
  ): Promise<Uint8Array> {
    const log = this.#log(organisation);
    if (log === undefined) return new Uint8Array();
    return this.#readers.idlest.treeNodes(log.number, level, from, count);
  }

  async dropped(organisation: string): Promise<Dropped | undefined> {
    this.#checkOpen();
    return this.#dropped.of(organisation);
  }

  /** Pages from a sequence on, each read while the caller has the one before. */
  async *#pages<Page extends { readonly next: number }>(
    organisation: string,
    from: number,
    read: (log: number, from: number) => Promise<Page | undefined>,
  ): AsyncIterable<Page> {
    const log = this.#log(organisation);
    if (log === undefined) return;
    let reading = read(log.number, from);
    for (;;) {
      const page = await reading;
      if (page === undefined) return;
      this.#checkOpen();
      reading = read(log.number, page.next);
      // Whoever stops early never looks at this one.
      reading.catch(() => {});
      yield page;
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    await Promise.allSettled(this.#changing);
    await this.#segments.close();
    await this.#readers.close();
    // Appends made before stand before this call in the writer's queue.
    await this.#writer.call.close().catch(() => {});
    await this.#writer.terminate();
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw storeClosed();
    if (this.#failed !== undefined) throw this.#failed;
  }

  #log(organisation: string): Log | undefined {
    this.#checkOpen();
    return this.#logs.get(organisation);
  }
}
