import { availableParallelism } from 'node:os';
import { AnnalsError } from '../../core/errors.ts';
import type { Micros } from '../../core/micros.ts';
import { siblingModule, Thread } from '../../runtime/thread.ts';
import { checkAppends, storeClosedError } from '../append-check.ts';
import { DroppedLogs } from '../dropped-logs.ts';
import type { Append, Erasure, EventStore, ExpiredRange, StoredEvent } from '../event-store.ts';
import { packAppends } from './active/packed-appends.ts';
import type { FileProblem } from './file-content.ts';
import { Logs } from './logs.ts';
import { ReaderPool } from './reader-pool.ts';
import { type SegmentCounts, Segments } from './segments.ts';
import type { OtherDatabase } from './store-file.ts';
import { StoreReader } from './store-reader.ts';
import type { WriterOptions } from './writer.ts';
import type { WriterMethods } from './writer-thread.ts';

export interface SegmentedStoreOptions {
  /** The data directory. It is created when it is missing. */
  readonly directory: string;
  /** Threads that answer queries. */
  readonly readers?: number;
  /** Events after which a segment is full and the next one begins. */
  readonly segmentEvents?: number;
  /** How long a segment takes events at most, however few. Without it a segment takes events until it is full. */
  readonly segmentMicros?: Micros;
  /** How long one query may take. */
  readonly queryMillis?: number;
  /** The databases beside the store that belong to the same data directory. */
  readonly databases?: readonly OtherDatabase[];
  /** Databases that may be missing or replaced, each as the message names it that refuses to open without. */
  readonly acceptLoss?: readonly string[];
}

/** A store with what concerns its data directory as a whole. */
export interface SegmentedStore extends EventStore {
  /** What was not as it should be in the directory when it was opened, although the store can be used. */
  readonly findings: readonly FileProblem[];
  /** The id of the data directory. The databases beside the store carry it too (see `joinInstallation`). */
  readonly installation: Uint8Array;
  /** What `annals restore` has left in the directory, until it is forgotten. */
  readonly restoration: string | undefined;
  /** Durable once resolved: the next one who opens the store finds nothing of a restore. */
  forgetRestoration(): Promise<void>;
  /**
   * Makes the databases beside the store parts of the data directory, unless they are: from then on the store does not
   * open when one of them is missing, or another is in its place. They exist and have an identity (see `ensureIdentity`).
   */
  registerDatabases(): Promise<void>;
  segmentCounts(): Promise<SegmentCounts>;
}

/**
 * Keeps events in a directory; README.md in this folder tells how. All work is done in threads.
 * Rejects with `unavailable` when another process has the directory open, or the directory cannot be used, and with
 * `corrupt` when files of it are missing or replaced: it names all of them.
 */
export async function openSegmentedStore(options: SegmentedStoreOptions): Promise<SegmentedStore> {
  const { directory, segmentEvents = 65_536, queryMillis = 30_000, acceptLoss = [] } = options;
  const { segmentMicros = Number.POSITIVE_INFINITY, databases = [] } = options;
  const { readers = Math.min(4, Math.max(2, availableParallelism() - 1)) } = options;
  const data: WriterOptions = {
    directory,
    segmentEvents,
    segmentMicros,
    databases,
    acceptLoss,
  };
  const module = siblingModule(import.meta.url, './writer-thread');
  const writer = new Thread<WriterMethods>('event store writer', module, data);
  try {
    const { logs, version, findings, installation, restoration, ...opened } =
      await writer.call.open();
    const dropped = new DroppedLogs(opened.segmentsDropped);
    const pool = new ReaderPool(readers, { directory, version, queryMillis });
    const segments = new Segments(data, { version, dropped }, writer, pool);
    const facts = { findings, installation, restoration };
    return new ThreadedStore(writer, pool, segments, new Logs(logs, dropped), facts);
  } catch (error) {
    await writer.end();
    if (!(error instanceof AnnalsError) || error.code !== 'internal') throw error;
    throw new AnnalsError('unavailable', `Cannot open ${directory}: ${error.message}`, {
      cause: error,
    });
  }
}

class ThreadedStore extends StoreReader implements SegmentedStore {
  readonly findings: readonly FileProblem[];
  readonly installation: Uint8Array;
  readonly restoration: string | undefined;
  readonly #writer: Thread<WriterMethods>;
  readonly #readers: ReaderPool;
  readonly #segments: Segments;
  readonly #logs: Logs;
  /** Erasures and drops under way. They are finished before the store is closed. */
  readonly #changes = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(
    writer: Thread<WriterMethods>,
    readers: ReaderPool,
    segments: Segments,
    logs: Logs,
    facts: Pick<SegmentedStore, 'findings' | 'installation' | 'restoration'>,
  ) {
    super(readers, logs);
    this.findings = facts.findings;
    this.installation = facts.installation;
    this.restoration = facts.restoration;
    this.#writer = writer;
    this.#readers = readers;
    this.#segments = segments;
    this.#logs = logs;
    // When the writer is gone, what it did last is unknown.
    void writer.ended.then((reason) => reason && logs.close(reason));
  }

  async append(appends: readonly Append[]): Promise<void> {
    this.#logs.checkOpen();
    checkAppends(appends);
    await this.#segments.waitForRoom();
    const { newLogs, newSegments } = await this.#writer.call.append(packAppends(appends));
    for (const { organisation, number } of newLogs) this.#logs.begin(organisation, number);
    for (const { organisation, head } of appends) this.#logs.advance(organisation, head);
    for (const segment of newSegments) this.#segments.addActive(segment);
  }

  registerDatabases(): Promise<void> {
    return this.#writer.call.registerDatabases();
  }

  segmentCounts(): Promise<SegmentCounts> {
    return this.#segments.counts();
  }

  forgetRestoration(): Promise<void> {
    return this.#writer.call.forgetRestoration();
  }

  erase(organisation: string, erasures: readonly Erasure[]): Promise<void> {
    return this.#tracked(this.#erase(organisation, erasures));
  }

  expired(recordedBefore: Micros): Promise<readonly ExpiredRange[]> {
    return this.#tracked(this.#expired(recordedBefore));
  }

  async drop(expired: readonly ExpiredRange[]): Promise<void> {
    this.#logs.checkOpen();
    await this.#tracked(this.#segments.drop(expired));
  }

  #tracked<T>(change: Promise<T>): Promise<T> {
    const changing = change.finally(() => this.#changes.delete(changing));
    this.#changes.add(changing);
    return changing;
  }

  async #expired(recordedBefore: Micros): Promise<readonly ExpiredRange[]> {
    this.#logs.checkOpen();
    await this.#segments.waitForRoom();
    const rotation = await this.#writer.call.rotateExpired(recordedBefore);
    if (rotation !== undefined) {
      for (const segment of rotation.newSegments) this.#segments.addActive(segment);
      await this.#segments.waitUntilSealed(rotation.before, 'drop');
    }
    return this.#segments.expiredRanges(recordedBefore);
  }

  async #erase(organisation: string, erasures: readonly Erasure[]): Promise<void> {
    this.#logs.checkOpen();
    if (erasures.length === 0) return;
    await this.#segments.waitForRoom();
    const rotation = await this.#writer.call.rotateForErasure(organisation, erasures);
    if (rotation === undefined) return;
    for (const segment of rotation.newSegments) this.#segments.addActive(segment);
    await this.#segments.erase(rotation.log, erasures, rotation.before);
  }

  async findExisting(
    organisation: string,
    eventIDs: readonly string[],
  ): Promise<Map<string, StoredEvent>> {
    this.#logs.checkOpen();
    await this.#segments.waitForRoom();
    return this.#writer.call.findExisting(organisation, eventIDs);
  }

  close(): Promise<void> {
    this.#logs.close(storeClosedError());
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    await Promise.allSettled(this.#changes);
    await this.#segments.close();
    await this.#readers.close();
    // Appends that were accepted are before this call in the writer's queue.
    await this.#writer.call.close().catch(() => {});
    await this.#writer.end();
  }
}
