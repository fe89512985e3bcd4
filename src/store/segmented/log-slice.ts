import type { Micros } from '../../core/micros.ts';
import type { Packing, Range, StoredEvent } from '../event-store.ts';

/** A column of small numbers, in the narrowest form that holds them. */
export type Codes = Uint8Array | Uint16Array | Uint32Array;

/** Texts of a part, one after the other, in their searchable form and UTF-8. */
export interface Texts {
  readonly bytes: Buffer;
  /** Where the text of the part's first row starts; row n ends at `ends[n]`. */
  readonly start: number;
  readonly ends: Uint32Array;
}

/**
 * Some consecutive rows of a segment as columns: what a filter is evaluated on. Columns are fetched when they are
 * asked for, and may be longer than `rows`.
 */
export interface RowGroup {
  readonly rows: number;
  /** The segment's row that is row 0 here. */
  readonly firstRow: number;
  /** Bounds of `createdAt` and of sequences; they may be wider than need be. */
  readonly earliest: Micros;
  readonly latest: Micros;
  readonly range: Range;
  /** Set when rows of other logs stand in between: row n is ours if `logs[n]` is our log's number. */
  readonly logs: Codes | undefined;
  /** Sequences by row; without it row n has the sequence `range.from + n`. */
  readonly sequences: Uint32Array | undefined;
  createdAt(): Float64Array;
  recordedAt(): Float64Array;
  /** Codes of a facet, by its place in `facets`; 0 where an event has no value. */
  codes(facet: number): Codes;
  /** False when none of the texts contains these bytes. */
  mayContain(text: Uint8Array): boolean;
  texts(): Texts;
}

/** The bodies of so many rows, in a buffer of their own. */
export interface RowLines {
  readonly rows: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The sequence of a part's row. */
export function sequenceOfRow({ sequences, range }: RowGroup, row: number): number {
  return sequences?.[row] ?? range.from + row;
}

/** Whether a stretch has no events: its log has none in that segment. */
export function isEmptySlice({ range }: LogSlice): boolean {
  return range.from === range.to;
}

/** Bounds of `createdAt`, both included. */
export interface TimeBounds {
  readonly earliest: Micros;
  readonly latest: Micros;
}

/** One log's events in one segment. Rows are in order of sequence. */
export interface LogSlice {
  /** The log's number in this store. */
  readonly log: number;
  /** The number of a segment whose events cannot change any more. */
  readonly segment: number | undefined;
  /** Bounds of `createdAt`, of sequences, and of `recordedAt`; they may be wider than need be. */
  readonly earliest: Micros;
  readonly latest: Micros;
  readonly range: Range;
  readonly lastRecordedAt: Micros;
  /** Bounds of `createdAt` of this log's events alone, which may take a read. */
  bounds(): TimeBounds;
  /** In order of sequence. */
  readonly rowGroups: readonly RowGroup[];
  readonly values: ValueDictionary;
  /** How often each value of a facet, by its place in `facets`, stands here; undefined where only a look at the rows tells. */
  valueCounts(facet: number): ValueCounts | undefined;
  /** Events by row, in the order asked for. */
  events(rows: readonly number[]): StoredEvent[];
  /**
   * The bodies of the first of these rows, each followed by a line feed: at least one, and no more once that takes
   * about so many bytes, packed or not.
   */
  lines(rows: Uint32Array, maxBytes: number, packing: Packing): RowLines;
  /** Those of the events with these sequences, dropped ones included, in order. */
  leafHashes(sequences: Range): Uint8Array[];
  /** A node of the log's tree, if an event in here completed it. */
  node(level: number, index: number): Uint8Array | undefined;
}

/**
 * How often the values of a facet stand in a stretch, each with each system service: nearly every question leaves some of
 * these out. Both in the codes of the segment, 0 where an event has no value; in order of the values.
 */
export interface ValueCounts {
  readonly values: readonly number[];
  readonly services: readonly number[];
  readonly counts: readonly number[];
}

/** The values of a segment's facets and their codes. */
export interface ValueDictionary {
  /** One more than the facet's largest code. */
  sizeOf(facet: number): number;
  /** The codes of every value of the facet that compares equal to this one (see `comparable`). */
  codesOf(facet: number, value: string): readonly number[];
  /** The texts of a facet's values by code; quick for codes asked for in order. */
  textsOf(facet: number): (code: number) => string;
}
