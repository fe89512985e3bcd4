import type { Micros } from '../../core/micros.ts';
import type { Packing, Range, StoredEvent } from '../event-store.ts';

/** A column of small numbers, in the narrowest form that holds them. */
export type Codes = Uint8Array | Uint16Array | Uint32Array;

/** The texts of a row group, one after the other, in their searchable form and UTF-8. */
export interface Texts {
  readonly bytes: Buffer;
  /** Where the text of the first row starts; that of row n ends at `ends[n]`. */
  readonly start: number;
  readonly ends: Uint32Array;
}

/**
 * Consecutive rows of a segment as columns, on which filters are evaluated. A column is read when its method is called,
 * and may be longer than `rows`.
 */
export interface RowGroup {
  readonly rows: number;
  /** The segment's row that is row 0 here. */
  readonly firstRow: number;
  /** Bounds of `createdAt` and of sequences; they may be wider than needed. */
  readonly earliest: Micros;
  readonly latest: Micros;
  readonly range: Range;
  /** Set when rows of other logs are in between: row n is ours if `logs[n]` is our log's number. */
  readonly logs: Codes | undefined;
  /** Sequences by row; without it row n has the sequence `range.from + n`. */
  readonly sequences: Uint32Array | undefined;
  createdAt(): Float64Array;
  recordedAt(): Float64Array;
  /** Codes of a facet, by its index in `facets`; 0 where an event has no value. */
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

/** The sequence of a row of the group. */
export function sequenceOfRow({ sequences, range }: RowGroup, row: number): number {
  return sequences?.[row] ?? range.from + row;
}

/** Whether a slice has no events: its log has none in that segment. */
export function isEmptySlice({ range }: LogSlice): boolean {
  return range.from === range.to;
}

/** Bounds of `createdAt`, both included. */
export interface TimeBounds {
  readonly earliest: Micros;
  readonly latest: Micros;
}

/** The events of one log in one segment. Rows are in order of sequence. */
export interface LogSlice {
  /** The log's number in this store. */
  readonly log: number;
  /** The number of a sealed segment, whose events cannot change; undefined for another one. */
  readonly segment: number | undefined;
  /** Bounds of `createdAt`, of sequences, and of `recordedAt`; they may be wider than needed. */
  readonly earliest: Micros;
  readonly latest: Micros;
  readonly range: Range;
  readonly lastRecordedAt: Micros;
  /** Bounds of `createdAt` of this log's events alone, which may take a read. */
  bounds(): TimeBounds;
  /** In order of sequence. */
  readonly rowGroups: readonly RowGroup[];
  readonly values: ValueDictionary;
  /** How often each value of a facet, by its index in `facets`, occurs; undefined where rows must be read to know it. */
  valueCounts(facet: number): ValueCounts | undefined;
  /** The events of these rows, in their order. */
  events(rows: readonly number[]): StoredEvent[];
  /**
   * The bodies of the first of these rows, each followed by a line feed: at least one, and no more once that takes
   * about so many bytes, packed or not.
   */
  lines(rows: Uint32Array, maxBytes: number, packing: Packing): RowLines;
  /** The leaf hashes of the events with these sequences, dropped ones included, in order. */
  leafHashes(sequences: Range): Uint8Array[];
  /** A node of the log's tree, if an event in here completed it. */
  node(level: number, index: number): Uint8Array | undefined;
}

/**
 * How often each value of a facet occurs in a slice together with each system service, because nearly every query leaves
 * some services out. Both are codes of the segment, 0 where an event has no value. In order of the values.
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
  /** The texts of a facet's values by code; quick when codes ascend from call to call. */
  textsOf(facet: number): (code: number) => string;
}
