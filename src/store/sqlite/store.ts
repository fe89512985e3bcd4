import { availableParallelism } from 'node:os';
import { AnnalsError } from '../../core/errors.ts';
import type { Micros } from '../../core/micros.ts';
import { siblingModule, Thread } from '../../threads/thread.ts';
import { checkAppends, storeClosed } from '../append-check.ts';
import { DroppedLogs } from '../dropped-logs.ts';
import type { Append, Erasure, EventStore, Expired, StoredEvent } from '../event-store.ts';
import { packAppends } from './live/packed-appends.ts';
import { Logs } from './logs.ts';
import { ReaderPool } from './reader-pool.ts';
import { Segments } from './segments.ts';
import { StoreReader } from './store-reader.ts';
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
    return new SqliteStore(writer, pool, segments, new Logs(logs, dropped));
  } catch (error) {
    await writer.end();
    if (!(error instanceof AnnalsError) || error.code !== 'internal') throw error;
    throw new AnnalsError('unavailable', `Cannot open ${directory}: ${error.message}`, {
      cause: error,
    });
  }
}

class SqliteStore extends StoreReader implements EventStore {
  readonly #writer: Thread<WriterMethods>;
  readonly #readers: ReaderPool;
  readonly #segments: Segments;
  readonly #logs: Logs;
  /** Erasures and the like, which are finished before the store is closed. */
  readonly #changing = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(writer: Thread<WriterMethods>, readers: ReaderPool, segments: Segments, logs: Logs) {
    super(readers, logs);
    this.#writer = writer;
    this.#readers = readers;
    this.#segments = segments;
    this.#logs = logs;
    // What the writer did last is unknown when it is gone.
    void writer.ended.then((reason) => reason && logs.refuse(reason));
  }

  async append(appends: readonly Append[]): Promise<void> {
    this.#logs.checkOpen();
    checkAppends(appends);
    await this.#segments.room();
    const { numbers, begun } = await this.#writer.call.append(packAppends(appends));
    for (const { organisation, number } of numbers) this.#logs.begin(organisation, number);
    for (const { organisation, head } of appends) this.#logs.grow(organisation, head);
    for (const segment of begun) this.#segments.begin(segment);
  }

  erase(organisation: string, erasures: readonly Erasure[]): Promise<void> {
    return this.#finished(this.#erase(organisation, erasures));
  }

  expired(recordedBefore: Micros): Promise<readonly Expired[]> {
    return this.#finished(this.#expired(recordedBefore));
  }

  async drop(expired: readonly Expired[]): Promise<void> {
    this.#logs.checkOpen();
    await this.#finished(this.#segments.drop(expired));
  }

  #finished<T>(change: Promise<T>): Promise<T> {
    const changing = change.finally(() => this.#changing.delete(changing));
    this.#changing.add(changing);
    return changing;
  }

  async #expired(recordedBefore: Micros): Promise<readonly Expired[]> {
    this.#logs.checkOpen();
    await this.#segments.room();
    const aside = await this.#writer.call.setAsideExpired(recordedBefore);
    if (aside !== undefined) {
      for (const segment of aside.begun) this.#segments.begin(segment);
      await this.#segments.untilSealed(aside.before, 'drop');
    }
    return this.#segments.expired(recordedBefore);
  }

  async #erase(organisation: string, erasures: readonly Erasure[]): Promise<void> {
    this.#logs.checkOpen();
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
    this.#logs.checkOpen();
    await this.#segments.room();
    return this.#writer.call.findExisting(organisation, eventIDs);
  }

  close(): Promise<void> {
    this.#logs.refuse(storeClosed());
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    await Promise.allSettled(this.#changing);
    await this.#segments.close();
    await this.#readers.close();
    // Appends made before stand before this call in the writer's queue.
    await this.#writer.call.close().catch(() => {});
    await this.#writer.end();
  }
}
