import type { Micros } from '../core/micros.ts';
import type { Window } from '../core/window.ts';
import type { AppliedFilters, ExportFilters } from './filters.ts';

/**
 * The stages of an export: a source reads the trail, transforms change one entry at a time, a sink writes.
 * `run-export.ts` joins them. Bounded batches move between them, and a position in the source is forgotten only once
 * everything before it is durable.
 */

/** One exported object: the source's own JSON text, untouched but for white space between tokens. */
export interface Entry {
  /** The object as one line of JSON; every name, number and text in it as the source wrote it. */
  readonly text: string;
  /** The source's unique id of the event, by which it is recognised when it comes again. */
  readonly id: string;
  /** When it happened: decides the window, the file and the order. */
  readonly at: Micros;
  /** What blinds the personal fields of an event of ours, when the export needs it for a proof. */
  readonly salt?: Uint8Array;
}

/** A bounded number of entries on their way. */
export interface Batch {
  /** Those that passed the source's filters; they may lie outside the window. */
  readonly entries: readonly Entry[];
  /** How many objects were received for it, with those that did not pass. */
  readonly received: number;
  /** How many objects there will be in all, if the source knows by now. */
  readonly expected?: number;
  /**
   * Where a later run can continue once these entries and all before them are durable. Only the source can read it.
   * Absent when the source cannot continue from here.
   */
  readonly position?: string;
}

/** Where a trail comes from, as the manifest says it. */
export interface SourceOrigin {
  readonly kind: string;
  readonly endpoint: string;
  readonly organisation?: string;
}

/** What a source is opened with. */
export interface SourceQuery {
  readonly window: Window;
  readonly filters: ExportFilters;
  /** How many objects a page has; the source's own choice when absent. */
  readonly pageSize?: number;
  /** For a log of ours: the size at which it is read, with everything that proves its events. */
  readonly proofOf?: { readonly snapshot: number };
  /** For a log of ours: leave out the personal fields. */
  readonly redact?: 'personal';
  /** The number of objects is wanted, to show how far the reading is: a source that can ask for it does. */
  readonly countObjects?: boolean;
  /** The entries are to become native events, so a vendor's source refuses a server that has them as such. */
  readonly toBecomeNative?: boolean;
}

interface AnySource {
  readonly origin: SourceOrigin;
  /** Which filters the other server applied, and which were applied here. */
  readonly filters: AppliedFilters;
  /**
   * Reads every event of the window that is there from the beginning of the reading to its end, at least once. Events
   * that arrive meanwhile may be among them. Ends normally only when nothing is missing. Otherwise throws: `unavailable`,
   * `timeout`, `incomplete` or `too-many-requests` when another attempt later can help.
   *
   * `position` comes from an earlier batch of this source with the same query; reading continues after it.
   */
  read(position: string | undefined, signal: AbortSignal): AsyncIterable<Batch>;
  /** Set once everything was read, if the source said that it had more than it gave. */
  readonly shortfall?: Shortfall | undefined;
  /** What a log of ours says about itself; absent before anything was read, and for any other trail. */
  readonly log?: LogFacts | undefined;
}

/** A list was walked to its end twice, and both times gave fewer objects than it had, as its server said. */
export interface Shortfall {
  /** How many objects the list had in the last walk, as its server said; not only those of the window. */
  readonly expected: number;
  /** How many it gave. */
  readonly received: number;
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
  /** The position after one of its entries. */
  positionAfter(entry: Entry): string;
}

/** A source that sends in any order, perhaps some events twice: its entries are sorted on disk first. */
export interface UnorderedSource extends AnySource {
  readonly order: 'unknown';
}

export type Source = OrderedSource | UnorderedSource;

/** Changes the text of an entry, not which event it is. Pure. */
export type Transform = (entry: Entry) => Entry;

/** One file of an export, before anything is in it. */
export interface OutputFile {
  /** From 0, of `total`. */
  readonly index: number;
  readonly total: number;
  readonly name: string;
  readonly window: Window;
}

/** How entries are written into a file. The texts of one file, one after the other, are the file. */
export interface Format {
  begin(file: OutputFile): string;
  /** `index` counts from 0 within the file. Several texts, so that one that stays as it is need not be copied. */
  entry(entry: Entry, index: number): readonly string[];
  end(file: OutputFile, count: number): string;
}

/** Takes entries oldest first, each once. */
export interface Sink {
  /** Resolved when there is room for more, which may be before these are written. */
  write(entries: readonly Entry[]): Promise<void>;
  /** Writes the rest. Once resolved everything has its final name, and is durable if it is on disk. */
  finish(): Promise<readonly FileFacts[]>;
  /** Closes what is open; what is durable stays. Never rejects. */
  abandon(): Promise<void>;
}

/** What is known of a finished file. */
export interface FileFacts {
  readonly name: string;
  /** There is no such file: its period has no entries, and files without entries were not wanted. */
  readonly skipped?: true;
  readonly entries: number;
  readonly bytes: number;
  /** Of the file as it is on disk, in hexadecimal. */
  readonly sha256: string;
  readonly first?: EntryFacts;
  readonly last?: EntryFacts;
}

export interface EntryFacts {
  readonly id: string;
  readonly at: Micros;
}
