import { AnnalsError, messageOf } from '../../core/errors.ts';
import type { Micros } from '../../core/micros.ts';
import type { Random } from '../../core/uuid.ts';
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
import { DataDirectory } from './data-directory.ts';
import type { IdHash } from './ids/id-hash.ts';
import { type OpenActiveSegment, OpenSegments } from './open-segments.ts';
import type { StoreVersion } from './reader.ts';
import type { SealedInfo } from './sealed/sealed-segment.ts';
import type { SealResult } from './sealer.ts';
import { StoreFile } from './store-file.ts';

/** When a segment is full. */
export interface SegmentLimits {
  /** Events after which a segment is full and a new one begins. */
  readonly segmentEvents: number;
  /** So is one whose first event was recorded longer ago than this. */
  readonly segmentMicros: Micros;
}

export interface WriterOptions extends SegmentLimits {
  readonly directory: string;
}

/** What the rest of the store learns when the directory is opened. */
export interface OpenResult {
  readonly logs: readonly LogEnd[];
  readonly segmentsDropped: readonly (readonly [organisation: string, dropped: DroppedPrefix])[];
  readonly version: StoreVersion;
}

export interface AppendResult {
  /** Numbers of logs that had none before. */
  readonly newLogs: readonly { readonly organisation: string; readonly number: number }[];
  /** Segments begun since the last append that was carried out: none or one, more if some in between failed. */
  readonly newSegments: readonly ActiveSegment[];
}

/** Segments that were dropped together, and the runs of ids there are after it. */
export interface DroppedSegments extends Pick<SealResult, 'runs'> {
  readonly segments: readonly SealedInfo[];
}

/** Where events stand that shall be erased, or dropped. */
export interface Rotation {
  /** They are all in segments with a lower number than this one. */
  readonly before: number;
  /** As in `Appended`. */
  readonly newSegments: readonly ActiveSegment[];
}

export interface ErasureRotation extends Rotation {
  /** Number of the log. */
  readonly log: number;
}

/** An addition with what is needed to carry it out. */
interface PlannedAppend {
  readonly append: PackedAppend;
  readonly number: number;
  readonly events: readonly SearchableEvent[];
  readonly hashes: readonly IdHash[];
}

/** The one that writes. It lives in a thread of its own and does one thing after the other. */
export class Writer {
  readonly #segmentEvents: number;
  readonly #segmentMicros: Micros;
  readonly #store: StoreFile;
  readonly #segments: OpenSegments;
  readonly #logs = new Map<string, LogEnd>();
  readonly #newSegments: ActiveSegment[] = [];
  #broken: AnnalsError | undefined;

  constructor({ directory: path, segmentEvents, segmentMicros }: WriterOptions, random: Random) {
    const directory = new DataDirectory(path);
    this.#segmentEvents = segmentEvents;
    this.#segmentMicros = segmentMicros;
    directory.createFolders();
    this.#store = new StoreFile(directory, random);
    this.#segments = new OpenSegments(directory, this.#store.idSeed);
    try {
      this.#segments.load(segmentEvents);
      if (this.#segments.active === undefined)
        this.#beginSegment(this.#capacityFor(capacityNeeded([])));
      for (const log of this.#active.commitLog.rows.logs()) this.#logs.set(log.organisation, log);
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
    };
  }

  /** A segment has been sealed, which from now on is read in its sealed form. */
  segmentSealed({ segment, runs }: SealResult): void {
    this.#segments.markSealed(segment, runs);
  }

  /** A sealed segment was written anew, or merged from several. */
  segmentReplaced(segment: SealedInfo): void {
    this.#segments.replace([segment]);
  }

  /** Of these sealed segments only what proofs need is left. */
  dropped({ segments, runs }: DroppedSegments): void {
    this.#segments.replace(segments, runs);
  }

  /** Additions that `checkAppends` has passed. */
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
   * Makes sure that these events are not in the segment that takes events: if one is, another segment is begun. Where
   * they stand now is sealed, or full and about to be.
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
   * Begins another segment when everything in the one that takes events was recorded before an instant. Undefined when
   * it was not, or there is nothing in it.
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

  /** Whether the active segment has taken events for so long that these go to another one. */
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

  /** Checks the additions against the logs and gives new logs their numbers. */
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
   * After a full disk SQLite has put back what was, and there may be room the next time. After any other failure
   * nobody knows what is on the disk, and only opening the store again tells.
   */
  #guarded<T>(write: () => T): T {
    try {
      return write();
    } catch (cause) {
      if ((cause as { errcode?: number }).errcode === diskFull) {
        throw new AnnalsError('unavailable', 'Cannot append: the disk is full', { cause });
      }
      const message = `Cannot append until the store is opened again: ${messageOf(cause)}`;
      this.#broken = new AnnalsError('unavailable', message, { cause });
      throw this.#broken;
    }
  }
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
