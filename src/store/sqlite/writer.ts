import { AnnalsError, messageOf } from '../../core/errors.ts';
import type { Micros } from '../../core/micros.ts';
import type { Random } from '../../core/uuid.ts';
import { checkErasures, duplicate, headMoved } from '../append-check.ts';
import { DroppedLogs } from '../dropped-logs.ts';
import type { Dropped, Erasure, StoredEvent } from '../event-store.ts';
import { DataDirectory } from './data-directory.ts';

import { type IdHash, idHash } from './ids/id-hash.ts';
import { IdRuns } from './ids/id-runs.ts';
import { ActiveSegment } from './live/active-segment.ts';
import { LiveWriter, roomFor, type Searchable } from './live/column-writer.ts';
import {
  type Capacity,
  createLiveColumns,
  type LiveColumns,
  rowsWithHash,
  visibleRows,
} from './live/columns.ts';
import { eventIn } from './live/event-in.ts';
import { capacityFor, type LiveSegment, loadColumns } from './live/live-segment.ts';
import { type PackedAppend, type PackedAppends, searchableEvents } from './live/packed-appends.ts';
import type { LogEnd } from './live/rows.ts';
import type { View } from './reader.ts';
import { droppedOf } from './sealed/drop.ts';
import { restoreRun } from './sealed/restore-run.ts';
import { SealedCache } from './sealed/sealed-cache.ts';
import { type SealedInfo, SealedSegment, sealedInfo } from './sealed/sealed-segment.ts';
import type { Sealed } from './sealer.ts';
import { StoreFile } from './store-file.ts';

export interface WriterOptions {
  readonly directory: string;
  /** Events after which a segment is full and a new one begins. */
  readonly segmentEvents: number;
  /** So is one whose first event was recorded longer ago than this. */
  readonly segmentMicros: Micros;
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

/** A segment in SQLite with its columns, as the writer holds it. */
interface Open {
  readonly number: number;
  readonly segment: ActiveSegment;
  readonly columns: LiveWriter;
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
  readonly #directory: DataDirectory;
  readonly #segmentEvents: number;
  readonly #segmentMicros: Micros;
  readonly #store: StoreFile;
  readonly #logs = new Map<string, LogEnd>();
  /** Oldest first; the last one takes events. */
  readonly #open: Open[] = [];
  readonly #cache = new SealedCache();
  readonly #sealed = new Map<number, SealedSegment>();
  readonly #runs: IdRuns;
  readonly #begun: LiveSegment[] = [];
  #broken: AnnalsError | undefined;

  constructor({ directory, segmentEvents, segmentMicros }: WriterOptions, random: Random) {
    this.#directory = new DataDirectory(directory);
    this.#segmentEvents = segmentEvents;
    this.#segmentMicros = segmentMicros;
    this.#runs = new IdRuns((span) => this.#directory.run(span), filterBytes);
    this.#directory.prepare();
    this.#store = new StoreFile(this.#directory, random);
    try {
      this.#load();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  opened(): Opened {
    const dropped = new DroppedLogs();
    for (const segment of this.#sealed.values()) {
      if (!segment.info.dropped) continue;
      for (const log of segment.directory.logs) dropped.add(log.organisation, droppedOf(log));
    }
    const view = {
      idSeed: this.#store.idSeed,
      sealed: Array.from(this.#sealed.values(), ({ info }) => info),
      runs: this.#directory.runs(),
      live: this.#open.map(liveSegment),
    };
    return { logs: [...this.#logs.values()], dropped: dropped.entries(), view };
  }

  /** A segment has been sealed, which from now on is read in its sealed form. */
  sealed({ segment, runs }: Sealed): void {
    const place = this.#open.findIndex(({ number }) => number === segment.number);
    this.#open.splice(place, 1)[0]?.segment.close();
    this.#addSealed(segment);
    this.#runs.show(runs);
  }

  /** Additions that `checkAppends` has passed. */
  append(packed: PackedAppends): Appended {
    if (this.#broken !== undefined) throw this.#broken;
    const planned = this.#plan(packed);
    const need = roomFor(planned.flatMap(({ events }) => events));
    if (!this.#active.columns.hasRoomFor(need) || this.#isOver(planned)) {
      this.#begun.push(this.#begin(capacityFor(this.#segmentEvents, need)));
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

  /** A sealed segment was written anew. */
  replaced(segment: SealedInfo): void {
    this.#addSealed(segment);
    this.#cache.keepOnly(Array.from(this.#sealed.values(), ({ path }) => path));
  }

  /** Of these sealed segments only what proofs need is left. */
  dropped({ segments, runs }: DroppedSegments): void {
    for (const segment of segments) this.replaced(segment);
    this.#runs.show(runs);
  }

  findExisting(organisation: string, eventIDs: readonly string[]): Map<string, StoredEvent> {
    const found = new Map<string, StoredEvent>();
    const log = this.#logs.get(organisation);
    if (log === undefined) return found;
    for (const eventID of eventIDs) {
      const event = this.#find(
        log.number,
        eventID,
        idHash(this.#store.idSeed, log.number, eventID),
      );
      if (event !== undefined) found.set(eventID, event);
    }
    return found;
  }

  close(): void {
    for (const { segment } of this.#open) segment.close();
    this.#runs.close();
    this.#cache.close();
    this.#store.close();
  }

  get #active(): Open {
    return this.#open.at(-1)!;
  }

  #load(): void {
    const directory = this.#directory;
    directory.tidy();
    for (const name of directory.sealedSegments()) {
      this.#addSealed(sealedInfo(name, directory.sealed(name)));
    }
    this.#restoreRuns();
    this.#runs.show(directory.runs());
    for (const number of directory.databases()) {
      const segment = ActiveSegment.open(directory.database(number));
      if (segment === undefined) {
        // The process ended while it began this segment; nothing was ever written to it.
        directory.removeDatabase(number);
        continue;
      }
      const columns = loadColumns(segment.rows, this.#segmentEvents, this.#store.idSeed);
      this.#open.push({ number, segment, columns });
    }
    if (this.#open.length === 0) {
      if (this.#sealed.size > 0) {
        throw new AnnalsError(
          'corrupt',
          `Cannot open ${directory.path}: the segment that takes events is missing`,
        );
      }
      this.#begin(capacityFor(this.#segmentEvents, roomFor([])));
    }
    for (const log of this.#active.segment.rows.logs()) this.#logs.set(log.organisation, log);
  }

  /** Runs of ids can be made from the segments again; without them a repeated id would not be recognised. */
  #restoreRuns(): void {
    const runs = this.#directory.runs();
    for (const [number, segment] of this.#sealed) {
      if (segment.info.dropped) continue;
      if (runs.some(({ first, last }) => first <= number && number <= last)) continue;
      restoreRun(segment, this.#directory.run({ first: number, last: number }), this.#store.idSeed);
    }
  }

  #addSealed(info: SealedInfo): void {
    const path = this.#directory.sealed(info);
    this.#sealed.set(info.number, new SealedSegment(info, path, this.#cache));
  }

  /** Whether the active segment has taken events for so long that these go to another one. */
  #isOver(planned: readonly Planned[]): boolean {
    const { columns } = this.#active.columns;
    if (visibleRows(columns) === 0) return false;
    const ends = columns.recordedAt[0]! + this.#segmentMicros;
    return planned.some(({ append }) => append.head.recordedAt > ends);
  }

  #beginEmpty(): void {
    this.#begun.push(this.#begin(capacityFor(this.#segmentEvents, roomFor([]))));
  }

  /** Begins a new segment, which takes events from now on. */
  #begin(capacity: Capacity): LiveSegment {
    const number = (this.#open.at(-1)?.number ?? -1) + 1;
    this.#directory.removeDatabase(number);
    const segment = this.#guarded(() =>
      ActiveSegment.create(this.#directory.database(number), this.#logs.values()),
    );
    this.#directory.sync();
    this.#open.push({ number, segment, columns: new LiveWriter(createLiveColumns(capacity)) });
    return liveSegment(this.#active);
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
        const hash = idHash(this.#store.idSeed, number, eventID);
        if (this.#find(number, eventID, hash)) throw duplicate(organisation, eventID);
        return hash;
      });
      return { append, number, events, hashes };
    });
  }

  #write({ bytes }: PackedAppends, planned: readonly Planned[]): void {
    const { segment, columns } = this.#active;
    try {
      this.#guarded(() => {
        segment.begin();
        for (const { append, number, events, hashes } of planned) {
          segment.insertEvents(columns.nextRow, number, append.expectedSize, bytes, append);
          for (const [index, event] of events.entries()) {
            columns.stage(number, event, hashes[index]!);
          }
          for (const node of append.nodes) segment.insertNode(number, node);
          segment.putLog({ number, organisation: append.organisation, head: append.head });
        }
        segment.commit();
      });
    } catch (error) {
      columns.discard();
      this.#guarded(() => segment.rollback());
      throw error;
    }
    columns.publish();
    for (const { append, number } of planned) {
      const { organisation, head } = append;
      this.#logs.set(organisation, { number, organisation, head });
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

  #find(log: number, eventID: string, hash: IdHash): StoredEvent | undefined {
    for (const { segment, columns } of this.#open) {
      for (const row of rowsWithHash(columns.columns, hash)) {
        const found = eventIn(segment.rows.event(row), log, eventID);
        if (found !== undefined) return found;
      }
    }
    for (const { segment, row } of this.#runs.find(eventID, hash)) {
      const event = this.#sealed.get(segment)?.storedRow(row);
      const found = event && eventIn(event, log, eventID);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function liveSegment({ number, columns }: Open): LiveSegment {
  return { number, columns: columns.columns };
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

/** Of what says quickly that an id is new: enough for sixteen million events. */
const filterBytes = 16 * 1024 * 1024;
