import type { Micros } from '../core/micros.ts';
import type { Window } from '../core/window.ts';
import type { AppliedFilters } from './filters.ts';

/**
 * The stages of an export. A source reads from wherever the trail lies, transforms change one entry at a time, a sink
 * writes; `run-export.ts` joins them. What moves between them is a bounded batch, and a place is given up only once
 * what lies before it is safe on disk.
 */

/** One exported object: the source's own JSON text, untouched but for white space between tokens. */
export interface Entry {
  /** The object as one line of JSON; every name, number and text in it as the source wrote it. */
  readonly text: string;
  /** The source's unique id of the event, for knowing it again. */
  readonly id: string;
  /** When it happened: decides the window, the file and the order. */
  readonly at: Micros;
  /** What blinds the personal parts of an event of ours, where it was asked for. */
  readonly salt?: Uint8Array;
}

/** A bounded number of entries on their way. */
export interface Batch {
  /** Those that passed the source's filters; they may lie outside the window. */
  readonly entries: readonly Entry[];
  /** How many objects were received for it, those that did not pass included. */
  readonly received: number;
  /** How many objects all of it will be, as far as the source can tell by now. */
  readonly expected?: number;
  /** How much of the reading is done with it, from 0 to 1, where the source can tell that without a number. */
  readonly share?: number;
  /**
   * Where a later run can go on once these entries and all before them are safe: opaque to everybody but the source.
   * Absent when the source cannot say.
   */
  readonly position?: string;
}

/** Where a trail comes from, in the words of a manifest. */
export interface SourceOrigin {
  readonly kind: string;
  readonly endpoint: string;
  readonly organisation?: string;
}

interface AnySource {
  readonly origin: SourceOrigin;
  /** Which filters the source's owner applied and which were applied here. */
  readonly filters: AppliedFilters;
  /**
   * Reads every event of the window that was there when reading began and still is when it ends, at least once. Those
   * that arrive meanwhile may be among them. Ends normally only when nothing is missing; otherwise throws, with
   * `unavailable`, `timeout`, `incomplete` or `too-many-requests` when trying again later can help.
   *
   * `position` is one this source, asked the same question, gave out before; reading goes on behind it.
   */
  read(position: string | undefined, signal: AbortSignal): AsyncIterable<Batch>;
  /** What a log of ours says of itself; absent before anything was read, and for any other trail. */
  readonly log?: LogFacts | undefined;
}

export interface LogFacts {
  /** How many events it had when reading began. */
  readonly size: number;
  /**
   * The first sequence it still has, when events of the window were dropped before it. It may rise while reading, as
   * more is dropped.
   */
  readonly keptFrom?: number;
}

/** A source that sends the oldest first and nothing twice: its entries go straight into files. */
export interface OrderedSource extends AnySource {
  readonly order: 'oldest-first';
  /** The position behind one of its entries. */
  positionAfter(entry: Entry): string;
}

/** A source that sends in any order, perhaps with repetitions: its entries are sorted on disk first. */
export interface UnorderedSource extends AnySource {
  readonly order: 'unknown';
}

export type Source = OrderedSource | UnorderedSource;

/** Changes what an entry says, not which event it is. Pure. */
export type Transform = (entry: Entry) => Entry;

/** One file of an export, before anything is in it. */
export interface OutputFile {
  /** From 0, of `total`. */
  readonly index: number;
  readonly total: number;
  readonly name: string;
  readonly window: Window;
}

/** How entries stand in a file. The texts of one file, one after the other, are the file. */
export interface Format {
  begin(part: OutputFile): string;
  /** `place` counts from 0 within the file. In pieces, so that a text that stays as it is need not be copied. */
  entry(entry: Entry, place: number): readonly string[];
  end(part: OutputFile, count: number): string;
}

/** Takes entries oldest first, each once. */
export interface Sink {
  /** Resolved when there is room for more, which may be before these are written. */
  write(entries: readonly Entry[]): Promise<void>;
  /** Writes what is left. Once resolved everything is where it belongs, and durable if it is on disk. */
  finish(): Promise<readonly FileFacts[]>;
  /** Lets go of what is open; what was made safe stays safe. Never rejects. */
  abandon(): Promise<void>;
}

/** What is known of a finished file. */
export interface FileFacts {
  readonly name: string;
  readonly entries: number;
  readonly bytes: number;
  /** Of the file as it lies on disk, in hexadecimal. */
  readonly sha256: string;
  readonly first?: EntryFacts;
  readonly last?: EntryFacts;
}

export interface EntryFacts {
  readonly id: string;
  readonly at: Micros;
}
