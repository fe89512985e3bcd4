import type { IdTimes } from './ids/id-time.ts';

/** The bytes of some rows, one row after the other. */
export interface RowBytes {
  readonly rows: number;
  /** Bodies, each followed by a line feed. */
  readonly lines: Uint8Array;
  readonly leafHashes: Uint8Array;
  /** 16 bytes for each row; zeros for a row without a salt, for which there is a 0 in `salted`. */
  readonly salts: Uint8Array;
  readonly salted: Uint8Array;
}

/**
 * Rows from which a sealed segment is written. They may be in any order in which the rows of each log are in order of
 * sequence. Columns may be longer than `rows`.
 *
 * A full active segment is one source, several sealed segments together are another. Neither folder knows the other.
 */
export interface SealSource {
  readonly rows: number;
  /** By row: number of the log. */
  readonly logs: Uint32Array;
  readonly sequences: Uint32Array;
  readonly createdAt: Float64Array;
  readonly recordedAt: Float64Array;
  /** A column for each facet, in the order of `facets`; 0 where an event has no value. */
  readonly codes: readonly Uint32Array[];
  /** Searchable texts, one after the other; the text of row n ends at `textEnds[n]`. */
  readonly text: Uint8Array;
  readonly textEnds: Uint32Array;
  /** The texts of a facet's values by code. */
  textsOf(facet: number): (code: number) => string;
  /** Rows from this one on, at most so many and at least one. */
  rowsFrom(row: number, most: number): RowBytes;
  /** The tree nodes that these events completed, in the order of (log, level, index). */
  nodes(): readonly Uint8Array[];
  /** The organisation of each log, by number. */
  organisations(): ReadonlyMap<number, string>;
}

/** The ids of the rows of a source. */
export interface IdSource {
  readonly idTimes: IdTimes;
  /** Visits both halves of the hash of each row's id, in any order. */
  forEachId(visit: (high: number, low: number, row: number) => void): void;
}
