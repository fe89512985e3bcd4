import { AnnalsError, messageOf } from '../../core/errors.ts';
import type { Micros } from '../../core/micros.ts';
import type { Random } from '../../core/uuid.ts';
import { checkErasures, duplicate, headMoved } from '../append-check.ts';
import type { Dropped, Erasure, StoredEvent } from '../event-store.ts';
import { DataDirectory } from './data-directory.ts';
import { HeldSegments, type OpenSegment } from './held-segments.ts';
import type { IdHash } from './ids/id-hash.ts';
import { type Capacity, type LiveColumns, visibleRows } from './live/columns.ts';
import { capacityFor, type LiveSegment } from './live/live-segment.ts';
import {
  headOf,
  nodesOf,
  type PackedAppend,
  type PackedAppends,
  searchableEvents,
} from './live/packed-appends.ts';
import type { LogEnd } from './live/rows.ts';
import { roomFor, type Searchable } from './live/searchable.ts';
import type { View } from './reader.ts';
import type { SealedInfo } from './sealed/sealed-segment.ts';
import type { Sealed } from './sealer.ts';
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
export interface Opened {
  readonly logs: readonly LogEnd[];
  readonly dropped: readonly (readonly [organisation: string, dropped: Dropped])[];
  readonly view: View;
}

export interface Appended {
  /** Numbers of logs that had none before. */
  readonly numbers: readonly { readonly organisation: string; readonly number: number }[];
  /** Segments begun since the last append that was carried out: none or one, more if some in between failed. */
  readonly begun: readonly LiveSegment[];
}

/** Segments that were dropped together, and the runs of ids there are after it. */
export interface DroppedSegments extends Pick<Sealed, 'runs'> {
  readonly segments: readonly SealedInfo[];
}

/** Where events stand that shall be erased, or dropped. */
export interface SetAside {
  /** They are all in segments with a lower number than this one. */
  readonly before: number;
  /** As in `Appended`. */
  readonly begun: readonly LiveSegment[];
}

export interface SetAsideOfLog extends SetAside {
  /** Number of the log. */
  readonly log: number;
}

/** An addition with what is needed to carry it out. */
interface Planned {
  readonly append: PackedAppend;
  readonly number: number;
  readonly events: readonly Searchable[];
  readonly hashes: readonly IdHash[];
}

/** The one that writes. It lives in a thread of its own and does one thing after the other. */
export class Writer {
  readonly #segmentEvents: number;
  readonly #segmentMicros: Micros;
  readonly #store: StoreFile;
  readonly #segments: HeldSegments;
  readonly #logs = new Map<string, LogEnd>();
  readonly #begun: LiveSegment[] = [];
  #broken: AnnalsError | undefined;

  constructor({ directory: path, segmentEvents, segmentMicros }: WriterOptions, random: Random) {
    const directory = new DataDirectory(path);
    this.#segmentEvents = segmentEvents;
    this.#segmentMicros = segmentMicros;
    directory.prepare();
    this.#store = new StoreFile(directory, random);
    this.#segments = new HeldSegments(directory, this.#store.idSeed);
    try {
      this.#segments.load(segmentEvents);
      if (this.#segments.active === undefined) this.#begin(this.#capacityFor(roomFor([])));
      for (const log of this.#active.segment.rows.logs()) this.#logs.set(log.organisation, log);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  opened(): Opened {
    const segments = this.#segments;
    return { logs: [...this.#logs.values()], dropped: segments.dropped(), view: segments.view() };
  }

  /** A segment has been sealed, which from now on is read in its sealed form. */
  sealed({ segment, runs }: Sealed): void {
    this.#segments.seal(segment, runs);
  }

  /** A sealed segment was written anew, or merged from several. */
  replaced(segment: SealedInfo): void {
    this.#segments.replace([segment]);
  }

  /** Of these sealed segments only what proofs need is left. */
  dropped({ segments, runs }: DroppedSegments): void {
    this.#segments.replace(segments, runs);
  }

  /** Additions that `checkAppends` has passed. */
  append(packed: PackedAppends): Appended {
    if (this.#broken !== undefined) throw this.#broken;
    const planned = this.#plan(packed);
    const need = roomFor(planned.flatMap(({ events }) => events));
    if (!this.#active.columns.hasRoomFor(need) || this.#isOver(planned)) {
      this.#begun.push(this.#begin(this.#capacityFor(need)));
    }
    this.#write(packed, planned);
    const numbers = planned
      .filter(({ append }) => append.expectedSize === 0)
      .map(({ append: { organisation }, number }) => ({ organisation, number }));
    return { numbers, begun: this.#begun.splice(0) };
  }

  /**
   * Makes sure that these events are not in the segment that takes events: if one is, another segment is begun. Where
   * they stand now is sealed, or full and about to be.
   */
  setAside(organisation: string, erasures: readonly Erasure[]): SetAsideOfLog | undefined {
    if (this.#broken !== undefined) throw this.#broken;
    const log = this.#logs.get(organisation);
    checkErasures(organisation, erasures, log?.head.size ?? 0);
    if (log === undefined) return undefined;
    const wanted = new Set(erasures.map(({ sequence }) => sequence));
    if (holdsAny(this.#active.columns.columns, log.number, wanted)) this.#beginEmpty();
    return { log: log.number, before: this.#active.number, begun: this.#begun.splice(0) };
  }

  /**
   * Begins another segment when everything in the one that takes events was recorded before an instant. Undefined when
   * it was not, or there is nothing in it.
   */
  setAsideExpired(recordedBefore: Micros): SetAside | undefined {
    if (this.#broken !== undefined) throw this.#broken;
    const { columns } = this.#active.columns;
    const rows = visibleRows(columns);
    if (rows === 0 || columns.recordedAt.subarray(0, rows).some((at) => at >= recordedBefore)) {
      return undefined;
    }
    this.#beginEmpty();
    return { before: this.#active.number, begun: this.#begun.splice(0) };
  }

  findExisting(organisation: string, eventIDs: readonly string[]): Map<string, StoredEvent> {
    const found = new Map<string, StoredEvent>();
    const log = this.#logs.get(organisation);
    if (log === undefined) return found;
    for (const eventID of eventIDs) {
      const hash = this.#segments.hashOf(log.number, eventID);
      const event = this.#segments.find(log.number, eventID, hash);
      if (event !== undefined) found.set(eventID, event);
    }
    return found;
  }

  close(): void {
    this.#segments.close();
    this.#store.close();
  }

  get #active(): OpenSegment {
    return this.#segments.active!;
  }

  /** Whether the active segment has taken events for so long that these go to another one. */
  #isOver(planned: readonly Planned[]): boolean {
    const { columns } = this.#active.columns;
    if (visibleRows(columns) === 0) return false;
    const ends = columns.recordedAt[0]! + this.#segmentMicros;
    return planned.some(({ append }) => append.recordedAt > ends);
  }

  #beginEmpty(): void {
    this.#begun.push(this.#begin(this.#capacityFor(roomFor([]))));
  }

  #begin(capacity: Capacity): LiveSegment {
    return this.#guarded(() => this.#segments.begin(capacity, this.#logs.values()));
  }

  #capacityFor(need: Capacity): Capacity {
    return capacityFor(this.#segmentEvents, need);
  }

  /** Checks the additions against the logs and gives new logs their numbers. */
  #plan(packed: PackedAppends): Planned[] {
    let next = this.#logs.size;
    return packed.appends.map((append) => {
      const { organisation, expectedSize } = append;
      const log = this.#logs.get(organisation);
      const size = log?.head.size ?? 0;
      if (size !== expectedSize) throw headMoved(append, size);
      const number = log?.number ?? next++;
      const events = searchableEvents(packed, append);
      const hashes = events.map(({ eventID }) => {
        const hash = this.#segments.hashOf(number, eventID);
        if (this.#segments.find(number, eventID, hash)) throw duplicate(organisation, eventID);
        return hash;
      });
      return { append, number, events, hashes };
    });
  }

  #write(packed: PackedAppends, planned: readonly Planned[]): void {
    const { segment, columns, file } = this.#active;
    try {
      this.#guarded(() => {
        segment.begin();
        for (const { append, number, events, hashes } of planned) {
          segment.insertEvents(columns.nextRow, number, append.expectedSize, packed.bytes, append);
          for (const [index, event] of events.entries()) {
            columns.stage(number, event, hashes[index]!);
          }
          for (const node of nodesOf(packed, append)) segment.insertNode(number, node);
          segment.putLog({
            number,
            organisation: append.organisation,
            head: headOf(packed, append),
          });
        }
        segment.commit();
      });
    } catch (error) {
      columns.discard();
      this.#guarded(() => segment.rollback());
      throw error;
    }
    columns.publish();
    file.keepUp(columns.columns, (row) => segment.rows.leafHash(row));
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
function holdsAny(columns: LiveColumns, log: number, wanted: ReadonlySet<number>): boolean {
  const { logs, sequences } = columns;
  for (let row = visibleRows(columns) - 1; row >= 0; row -= 1) {
    if (logs[row] === log && wanted.has(sequences[row]!)) return true;
  }
  return false;
}

const diskFull = 13;
