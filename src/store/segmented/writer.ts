import { AnnalsError, messageOf } from '../../core/errors.ts';
import type { Micros } from '../../core/micros.ts';
import type { Random } from '../../core/uuid.ts';
import { readIdentity } from '../../runtime/database-identity.ts';
import { checkErasures, duplicateIdError, headMovedError } from '../append-check.ts';
import type { DroppedPrefix, Erasure, StoredEvent } from '../event-store.ts';
import { type ActiveSegment, capacityFor } from './active/active-segment.ts';
import { type ActiveColumns, type Capacity, visibleRows } from './active/columns.ts';
import type { LogEnd } from './active/commit-log-reader.ts';
import {
  headOf,
  nodesOf,
  type PackedAppend,
  type PackedAppends,
  searchableEvents,
} from './active/packed-appends.ts';
import { capacityNeeded, type SearchableEvent } from './active/searchable-event.ts';
import type { CatalogueChange, CatalogueFile, FileSpan } from './catalogue.ts';
import { DataDirectory } from './data-directory.ts';
import { databaseProblem, type FileProblem, unregisteredProblem } from './file-content.ts';
import type { IdHash } from './ids/id-hash.ts';
import { type OpenActiveSegment, OpenSegments, type Published } from './open-segments.ts';
import type { StoreVersion } from './reader.ts';
import type { SealPlan, SegmentLimits } from './sealer.ts';
import { type KnownDatabase, type OtherDatabase, StoreFile } from './store-file.ts';

export interface WriterOptions extends SegmentLimits {
  readonly directory: string;
  /** The databases beside the store that belong to the same data directory. */
  readonly databases?: readonly OtherDatabase[];
  /** Databases that may be missing or replaced, each as the message names it that refuses to open without. */
  readonly acceptLoss?: readonly string[];
}

/** What the main thread is told when the directory is opened. */
export interface OpenResult {
  readonly logs: readonly LogEnd[];
  readonly segmentsDropped: readonly (readonly [organisation: string, dropped: DroppedPrefix])[];
  readonly version: StoreVersion;
  readonly installation: Uint8Array;
  /** How the directory was restored, as text, until that is forgotten. */
  readonly restoration: string | undefined;
  /** What is not as it should be in the directory, although the store can be used. */
  readonly findings: readonly FileProblem[];
}

export interface AppendResult {
  /** Numbers of logs that had none before. */
  readonly newLogs: readonly { readonly organisation: string; readonly number: number }[];
  /** Segments begun since the last append that succeeded: none or one, or more if appends in between failed. */
  readonly newSegments: readonly ActiveSegment[];
}

/** Where events are that shall be erased or dropped. */
export interface Rotation {
  /** They are all in segments with a lower number than this one. */
  readonly before: number;
  /** As in `AppendResult`. */
  readonly newSegments: readonly ActiveSegment[];
}

export interface ErasureRotation extends Rotation {
  /** Number of the log. */
  readonly log: number;
}

/** An append with what is needed to carry it out. */
interface PlannedAppend {
  readonly append: PackedAppend;
  readonly number: number;
  readonly events: readonly SearchableEvent[];
  readonly hashes: readonly IdHash[];
}

/** Commits appends, and changes the catalogue. It has a thread of its own and does one thing after the other. */
export class Writer {
  readonly #segmentEvents: number;
  readonly #segmentMicros: Micros;
  readonly #databases: readonly OtherDatabase[];
  readonly #directory: DataDirectory;
  readonly #store: StoreFile;
  readonly #segments: OpenSegments;
  readonly #findings: readonly FileProblem[];
  readonly #logs = new Map<string, LogEnd>();
  readonly #newSegments: ActiveSegment[] = [];
  #broken: AnnalsError | undefined;

  constructor(options: WriterOptions, random: Random) {
    const directory = new DataDirectory(options.directory);
    this.#segmentEvents = options.segmentEvents;
    this.#segmentMicros = options.segmentMicros;
    this.#databases = options.databases ?? [];
    directory.createFolders();
    this.#directory = directory;
    this.#store = new StoreFile(directory, random, this.#databases);
    const { catalogue, idSeed } = this.#store;
    this.#segments = new OpenSegments(directory, catalogue, idSeed, random);
    try {
      const { acceptLoss = [] } = options;
      const accepted = this.#checkFiles(acceptLoss);
      const findings = this.#segments.load(options.segmentEvents);
      if (this.#segments.active === undefined)
        this.#beginSegment(this.#capacityFor(capacityNeeded([])));
      for (const log of this.#active.commitLog.rows.logs()) this.#logs.set(log.organisation, log);
      accepted.push(...this.#checkUnregistered(acceptLoss, accepted));
      this.#findings = [...accepted, ...findings];
    } catch (error) {
      this.close();
      throw error;
    }
  }

  openResult(): OpenResult {
    const segments = this.#segments;
    return {
      logs: [...this.#logs.values()],
      segmentsDropped: segments.dropped(),
      version: segments.version(),
      installation: this.#store.installation,
      restoration: this.#store.restoration,
      findings: this.#findings,
    };
  }

  /** Announces the files that come from sealing a segment. */
  planSeal(number: number): SealPlan {
    return this.#guarded(() => this.#segments.planSeal(number));
  }

  /** Announces files that are about to be written. */
  stage(spans: readonly FileSpan[]): readonly CatalogueFile[] {
    return this.#guarded(() => this.#segments.stage(spans));
  }

  /** Puts files that were written in the place of others, for good. */
  publish(change: CatalogueChange): Published {
    return this.#guarded(() => this.#segments.publish(change));
  }

  /** Obsolete files were deleted. */
  forget(fileIds: readonly number[]): void {
    this.#segments.forget(fileIds);
  }

  /** Registers databases that are not registered yet. They exist and have an identity. */
  registerDatabases(): void {
    const known = new Set(this.#store.databases().map(({ file }) => file));
    for (const database of this.#databases) {
      if (known.has(database.file)) continue;
      const identity = readIdentity(this.#directory.pathOf(database.file));
      if (identity !== undefined) this.#store.register({ ...database, identity });
    }
  }

  forgetRestoration(): void {
    this.#guarded(() => this.#store.forgetRestoration());
  }

  /** Carries out appends that `checkAppends` has accepted. */
  append(packed: PackedAppends): AppendResult {
    if (this.#broken !== undefined) throw this.#broken;
    const planned = this.#plan(packed);
    const need = capacityNeeded(planned.flatMap(({ events }) => events));
    if (!this.#active.columnWriter.hasRoomFor(need) || this.#isTooOld(planned)) {
      this.#newSegments.push(this.#beginSegment(this.#capacityFor(need)));
    }
    this.#write(packed, planned);
    const newLogs = planned
      .filter(({ append }) => append.expectedSize === 0)
      .map(({ append: { organisation }, number }) => ({ organisation, number }));
    return { newLogs, newSegments: this.#newSegments.splice(0) };
  }

  /**
   * Makes sure that these events are not in the active segment: if one is, the next segment begins. So they are in
   * segments that are sealed, or full and about to be sealed.
   */
  rotateForErasure(
    organisation: string,
    erasures: readonly Erasure[],
  ): ErasureRotation | undefined {
    if (this.#broken !== undefined) throw this.#broken;
    const log = this.#logs.get(organisation);
    checkErasures(organisation, erasures, log?.head.size ?? 0);
    if (log === undefined) return undefined;
    const wanted = new Set(erasures.map(({ sequence }) => sequence));
    if (containsAny(this.#active.columnWriter.columns, log.number, wanted)) this.#rotate();
    return {
      log: log.number,
      before: this.#active.number,
      newSegments: this.#newSegments.splice(0),
    };
  }

  /**
   * Begins the next segment when everything in the active one was recorded before an instant. Undefined when it was not,
   * or there is nothing in it.
   */
  rotateExpired(recordedBefore: Micros): Rotation | undefined {
    if (this.#broken !== undefined) throw this.#broken;
    const { columns } = this.#active.columnWriter;
    const rows = visibleRows(columns);
    if (rows === 0 || columns.recordedAt.subarray(0, rows).some((at) => at >= recordedBefore)) {
      return undefined;
    }
    this.#rotate();
    return { before: this.#active.number, newSegments: this.#newSegments.splice(0) };
  }

  findExisting(organisation: string, eventIDs: readonly string[]): Map<string, StoredEvent> {
    const found = new Map<string, StoredEvent>();
    const log = this.#logs.get(organisation);
    if (log === undefined) return found;
    for (const eventID of eventIDs) {
      const hash = this.#segments.idHashOf(log.number, eventID);
      const event = this.#segments.find(log.number, eventID, hash);
      if (event !== undefined) found.set(eventID, event);
    }
    return found;
  }

  close(): void {
    this.#segments.close();
    this.#store.close();
  }

  get #active(): OpenActiveSegment {
    return this.#segments.active!;
  }

  /** Whether the active segment has taken events for so long that these go to the next one. */
  #isTooOld(planned: readonly PlannedAppend[]): boolean {
    const { columns } = this.#active.columnWriter;
    if (visibleRows(columns) === 0) return false;
    const ends = columns.recordedAt[0]! + this.#segmentMicros;
    return planned.some(({ append }) => append.recordedAt > ends);
  }

  #rotate(): void {
    this.#newSegments.push(this.#beginSegment(this.#capacityFor(capacityNeeded([]))));
  }

  #beginSegment(capacity: Capacity): ActiveSegment {
    return this.#guarded(() => this.#segments.beginSegment(capacity, this.#logs.values()));
  }

  #capacityFor(need: Capacity): Capacity {
    return capacityFor(this.#segmentEvents, need);
  }

  /** Checks appends against the logs, and gives new logs their numbers. */
  #plan(packed: PackedAppends): PlannedAppend[] {
    let next = this.#logs.size;
    return packed.appends.map((append) => {
      const { organisation, expectedSize } = append;
      const log = this.#logs.get(organisation);
      const size = log?.head.size ?? 0;
      if (size !== expectedSize) throw headMovedError(append, size);
      const number = log?.number ?? next++;
      const events = searchableEvents(packed, append);
      const hashes = events.map(({ eventID }) => {
        const hash = this.#segments.idHashOf(number, eventID);
        if (this.#segments.find(number, eventID, hash))
          throw duplicateIdError(organisation, eventID);
        return hash;
      });
      return { append, number, events, hashes };
    });
  }

  #write(packed: PackedAppends, planned: readonly PlannedAppend[]): void {
    const { commitLog, columnWriter, columnsFile } = this.#active;
    try {
      this.#guarded(() => {
        commitLog.begin();
        for (const { append, number, events, hashes } of planned) {
          commitLog.insertEvents(
            columnWriter.nextRow,
            number,
            append.expectedSize,
            packed.bytes,
            append,
          );
          for (const [index, event] of events.entries()) {
            columnWriter.stage(number, event, hashes[index]!);
          }
          for (const node of nodesOf(packed, append)) commitLog.insertNode(number, node);
          commitLog.putLog({
            number,
            organisation: append.organisation,
            head: headOf(packed, append),
          });
        }
        commitLog.commit();
      });
    } catch (error) {
      columnWriter.discard();
      this.#guarded(() => commitLog.rollback());
      throw error;
    }
    columnWriter.publish();
    columnsFile.saveIfDue(columnWriter.columns, (row) => commitLog.rows.leafHash(row));
    for (const { append, number } of planned) {
      const { organisation } = append;
      this.#logs.set(organisation, { number, organisation, head: headOf(packed, append) });
    }
  }

  /**
   * Throws `corrupt`, naming all of them, when files are missing or replaced that cannot be created again. A database
   * whose loss is accepted is no longer registered; returns what is wrong with those.
   */
  #checkFiles(acceptLoss: readonly string[]): FileProblem[] {
    const sentences = this.#segments.problems().map(({ file, problem }) => `${file} ${problem}`);
    const accepted = this.#refuseLost(this.#store.databases(), acceptLoss, sentences);
    for (const { file } of accepted) this.#store.unregister(file);
    return accepted;
  }

  /**
   * The same for databases that are not registered: the directory comes from an earlier version, or a first start was
   * interrupted. Where there are events, somebody had access to them. `accepted` is what was accepted already.
   */
  #checkUnregistered(
    acceptLoss: readonly string[],
    accepted: readonly FileProblem[],
  ): FileProblem[] {
    if (this.#logs.size === 0) return [];
    const known = new Set([...this.#store.databases(), ...accepted].map(({ file }) => file));
    const identity = this.#store.installation;
    const others = this.#databases.filter(({ file }) => !known.has(file));
    return this.#refuseLost(
      others.map((database) => ({ ...database, identity, isUnregistered: true })),
      acceptLoss,
    );
  }

  #refuseLost(
    databases: readonly (KnownDatabase & { readonly isUnregistered?: boolean })[],
    acceptLoss: readonly string[],
    sentences: readonly string[] = [],
  ): FileProblem[] {
    const accepted: FileProblem[] = [];
    const refused = [...sentences];
    const lost: KnownDatabase[] = [];
    for (const database of databases) {
      const found = this.#problemOf(database);
      if (found === undefined) continue;
      if (acceptLoss.includes(lossOf(database))) {
        accepted.push({ ...found, problem: `${found.problem}, which was accepted` });
      } else {
        refused.push(`${database.file} (${database.contents}) ${found.problem}`);
        lost.push(database);
      }
    }
    if (refused.length === 0) return accepted;
    const names = lost.map(({ file }) => file).join(' and ');
    const losses = lost.map(lossOf).join(',');
    throw new AnnalsError(
      'corrupt',
      `Cannot open ${this.#directory.path}: ${refused.join('; ')}. Restore these files from a backup` +
        (lost.length === 0
          ? ''
          : `. To go on without the old ${names}, start once with --accept-loss ${losses}`),
    );
  }

  #problemOf(
    database: KnownDatabase & { readonly isUnregistered?: boolean },
  ): FileProblem | undefined {
    try {
      const problem =
        database.isUnregistered === true ? undefined : databaseProblem(this.#directory, database);
      // A copy in a directory that was restored has the same identity, and is part of another installation.
      return problem ?? unregisteredProblem(this.#directory, database, this.#store.installation);
    } catch {
      // The code that opens it says that it cannot be read.
      return undefined;
    }
  }

  /**
   * When the disk is full, SQLite has undone the change, and there may be room the next time. After any other failure it
   * is unknown what is on the disk, and only opening the store again shows it.
   */
  #guarded<T>(write: () => T): T {
    try {
      return write();
    } catch (cause) {
      if (cause instanceof AnnalsError && cause.code === 'unavailable') throw cause;
      if ((cause as { errcode?: number }).errcode === diskFull) {
        throw new AnnalsError('unavailable', 'Cannot append: the disk is full', { cause });
      }
      const message = `Cannot append until the store is opened again: ${messageOf(cause)}`;
      this.#broken = new AnnalsError('unavailable', message, { cause });
      throw this.#broken;
    }
  }
}

/** Names the loss of this very database: to accept it does not accept the loss of a later one. */
function lossOf({ file, identity }: KnownDatabase): string {
  return `${file}=${Buffer.from(identity.subarray(0, 4)).toString('hex')}`;
}

/** Whether one of these events of a log is in the columns. */
function containsAny(columns: ActiveColumns, log: number, wanted: ReadonlySet<number>): boolean {
  const { logs, sequences } = columns;
  for (let row = visibleRows(columns) - 1; row >= 0; row -= 1) {
    if (logs[row] === log && wanted.has(sequences[row]!)) return true;
  }
  return false;
}

const diskFull = 13;
