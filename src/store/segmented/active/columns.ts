import { facets } from '../../../core/facets.ts';
import { reserveSharedMemory } from '../../../runtime/reserve-shared-memory.ts';
import type { IdHash } from '../ids/id-hash.ts';
import { noIdTimes } from '../ids/id-time.ts';
import { rowGroupRows } from '../log-slice.ts';

/** How much active columns can take. */
export interface Capacity {
  readonly rows: number;
  /** Distinct (facet, value) pairs, and their bytes in UTF-8. */
  readonly values: number;
  readonly valueBytes: number;
  /** Bytes of all descriptions. */
  readonly textBytes: number;
}

/**
 * What events of an active segment are found by: one column for each fact, in memory that all threads share. Row n is
 * the n-th event in the order of commits. The writer fills rows, and makes them visible by raising `counters[rowCount]`
 * once SQLite has them on disk. Readers never look beyond it, so they need no lock. Nothing visible changes, except that
 * a row group's bounds of time get wider.
 *
 * Every distinct (facet, value) of the segment has a number from 1, its *code*; 0 is no value. Equal codes are equal
 * values, so a filter on facets is exact without reading a single event.
 */
export interface ActiveColumns {
  readonly capacity: Capacity;
  readonly counters: Int32Array;
  readonly logs: Uint32Array;
  readonly sequences: Uint32Array;
  readonly createdAt: Float64Array;
  readonly recordedAt: Float64Array;
  /** One column for each facet, in the order of `facets`. */
  readonly codes: readonly Uint32Array[];
  /** Earliest and latest `createdAt` of each row group. */
  readonly rowGroupEarliest: Float64Array;
  readonly rowGroupLatest: Float64Array;
  /** The searchable form of descriptions, one after the other; row n ends at `textEnds[n]`. */
  readonly text: Uint8Array;
  readonly textEnds: Uint32Array;
  /** Values by code: code n ends at `valueEnds[n]`, and belongs to facet `valueFacets[n]`. */
  readonly values: Uint8Array;
  readonly valueEnds: Uint32Array;
  readonly valueFacets: Uint8Array;
  /** A hash table with open addressing: high half, low half, row + 1 (0 is free). */
  readonly ids: Uint32Array;
  /** Earliest and latest time that an id carries (see `IdTimes`). */
  readonly idTimes: Float64Array;
}

/** Indexes in `counters`. */
export const rowCountIndex = 0;
export const valueCountIndex = 1;

/** Capacity may be generous: it takes memory only where it is used. */
export function createActiveColumns(capacity: Capacity): ActiveColumns {
  const { rows, values, valueBytes, textBytes } = capacity;
  const rowGroups = Math.ceil(rows / rowGroupRows);
  const slots = 2 ** Math.ceil(Math.log2(rows * 2));
  const columns: ActiveColumns = {
    capacity,
    counters: new Int32Array(reserveSharedMemory(8), 0, 2),
    logs: words(rows),
    sequences: words(rows),
    createdAt: doubles(rows),
    recordedAt: doubles(rows),
    codes: facets.map(() => words(rows)),
    rowGroupEarliest: doubles(rowGroups),
    rowGroupLatest: doubles(rowGroups),
    text: new Uint8Array(reserveSharedMemory(textBytes), 0, textBytes),
    textEnds: words(rows),
    values: new Uint8Array(reserveSharedMemory(valueBytes), 0, valueBytes),
    valueEnds: words(values + 1),
    valueFacets: new Uint8Array(reserveSharedMemory(values + 1), 0, values + 1),
    ids: words(slots * 3),
    idTimes: doubles(2),
  };
  columns.idTimes.set([noIdTimes.earliest, noIdTimes.latest]);
  return columns;
}

/** Rows that readers may look at. */
export function visibleRows({ counters }: ActiveColumns): number {
  return Atomics.load(counters, rowCountIndex);
}

/** Rows whose id has this hash; nearly always one or none. */
export function rowsWithHash({ ids }: ActiveColumns, hash: IdHash): number[] {
  const rows: number[] = [];
  const slots = ids.length / 3;
  for (let slot = hash.low & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
    const row = ids[slot * 3 + 2]!;
    if (row === 0) return rows;
    if (ids[slot * 3] === hash.high && ids[slot * 3 + 1] === hash.low) rows.push(row - 1);
  }
}

/** Visits both halves of the hash of each row's id, in any order. */
export function forEachId(
  { ids }: ActiveColumns,
  visit: (high: number, low: number, row: number) => void,
): void {
  for (let slot = 0; slot < ids.length; slot += 3) {
    const row = ids[slot + 2]!;
    if (row !== 0) visit(ids[slot]!, ids[slot + 1]!, row - 1);
  }
}

function words(length: number): Uint32Array {
  return new Uint32Array(reserveSharedMemory(length * 4), 0, length);
}

function doubles(length: number): Float64Array {
  return new Float64Array(reserveSharedMemory(length * 8), 0, length);
}
