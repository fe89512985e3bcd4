import type { Micros } from '../../core/micros.ts';
import type { Packing, Range, StoredEvent } from '../event-store.ts';

/** Rows are grouped by this many; each group has its own bounds of time. It is part of the format of sealed segments. */
export const rowGroupRows = 4_096;

/** A column of small numbers, in the narrowest form that holds them. */
export type Codes = Uint8Array | Uint16Array | Uint32Array;

/** Texts of consecutive rows of a row group, one after the other, in their searchable form and UTF-8. */
export interface TextBlock {
  readonly firstRow: number;
  readonly bytes: Buffer;
  /** Where the text of the first row starts; that of the row n after it ends at `ends[n]`. */
  readonly start: number;
  readonly ends: Uint32Array;
}

/**
 * Some consecutive rows of a segment as columns: what a filter is evaluated on. A column is read when it is asked for,
 * and may be longer than `rows`.
 */
export interface RowGroup {
  readonly rows: number;
  /** The segment's row that is row 0 here. */
  readonly firstRow: number;
  /** Bounds of `createdAt` and of sequences; they may be wider than the rows need. */
  readonly earliest: Micros;
  readonly latest: Micros;
  readonly range: Range;
  /** Set when there may be rows of other logs: row n is ours if `logs[n]` is the number of our log. */
  readonly logs: Codes | undefined;
  /** Sequences by row; without it row n has the sequence `range.from + n`. */
  readonly sequences: Uint32Array | undefined;
  createdAt(): Float64Array;
  recordedAt(): Float64Array;
  /** Codes of a facet, by its index in `facets`; 0 where an event has no value. */
  codes(facet: number): Codes;
  /** False when none of the texts contains these bytes. */
  mayContain(text: Uint8Array): boolean;
  /** The texts of all rows, in blocks, except of blocks that do not contain these bytes. */
  textBlocks(text: Uint8Array): readonly TextBlock[];
}

/** The bodies of so many rows, in a buffer of their own. */
export interface RowLines {
  readonly rows: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The sequence of a row of a row group. */
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

/**
 * One log's events in one segment, in order of sequence. Queries know nothing else of segments: a slice may be in shared
 * memory and SQLite (`active/`), or in a file that never changes (`sealed/`).
 */
export interface LogSlice {
  /** The log's number in this store. */
  readonly log: number;
  /** The number of the segment, if its events cannot change any more. */
  readonly segment: number | undefined;
  /** The number of the segment otherwise. Rows come behind those that it has; row groups that are full do not change. */
  readonly unsealed?: number;
  /** Bounds of `createdAt`, of sequences, and of `recordedAt`; they may be wider than the events need. */
  readonly earliest: Micros;
  readonly latest: Micros;
  readonly range: Range;
  readonly lastRecordedAt: Micros;
  /** Bounds of `createdAt` of this log's events alone. It may have to read them. */
  bounds(): TimeBounds;
  /** In order of sequence. */
  readonly rowGroups: readonly RowGroup[];
  readonly values: ValueDictionary;
  /**
   * How often each value of a facet, by its index in `facets`, occurs here. Undefined when only the rows themselves can
   * say it.
   */
  valueCounts(facet: number): ValueCounts | undefined;
  /** Events by row, in the order of `rows`. */
  events(rows: readonly number[]): StoredEvent[];
  /**
   * The bodies of the first of these rows, each followed by a line feed: at least one, and no more once they take about
   * so many bytes, packed or not.
   */
  lines(rows: Uint32Array, maxBytes: number, packing: Packing): RowLines;
  /** The leaf hashes of these sequences, those of dropped events included, in order. */
  leafHashes(sequences: Range): Uint8Array[];
  /** A node of the log's tree, if an event of this slice completed it. */
  node(level: number, index: number): Uint8Array | undefined;
}

/**
 * How often the values of a facet occur in a slice, each together with each system service: nearly every query leaves
 * some services out. Values and services are codes of the segment, 0 where an event has no value. In order of values.
 */
export interface ValueCounts {
  readonly values: readonly number[];
  readonly services: readonly number[];
  readonly counts: readonly number[];
}

/** The values of a segment's facets and their codes. */
export interface ValueDictionary {
  /** The facet's largest code plus one. */
  sizeOf(facet: number): number;
  /** The codes of every value of the facet that compares equal to this one (see `comparisonForm`). */
  codesOf(facet: number, value: string): readonly number[];
  /** The texts of a facet's values by code. It is fast for codes in ascending order. */
  textsOf(facet: number): (code: number) => string;
}
