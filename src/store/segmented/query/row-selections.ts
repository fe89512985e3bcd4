import { type Filter, overlapsWindow } from '../../../core/filter.ts';
import type { Range } from '../../event-store.ts';
import type { LogSlice, RowGroup } from '../log-slice.ts';
import { toPredicate } from './predicate.ts';
import { createRowBuffer, selectRows } from './select-rows.ts';

export const allSequences: Range = { from: 0, to: Number.POSITIVE_INFINITY };

/** The matching rows of a row group, at least one. */
export interface RowSelection {
  readonly logSlice: LogSlice;
  readonly rowGroup: RowGroup;
  /** In order. The next selection uses the same memory. */
  readonly rows: Uint16Array;
}

/**
 * The matching rows of every row group that has some, in order of sequence; undefined for one that was looked at and has
 * none, so that a query for what is not there can pause too.
 */
export function* rowSelections(
  slices: readonly LogSlice[],
  filter: Filter,
  sequences: Range,
): Generator<RowSelection | undefined> {
  const rowBuffer = createRowBuffer();
  for (const logSlice of slicesFrom(slices, sequences.from)) {
    if (!overlapsWindow(logSlice, filter) || !overlap(logSlice.range, sequences)) continue;
    const predicate = toPredicate(filter, sequences, logSlice.values);
    if (predicate === undefined) continue;
    for (const rowGroup of logSlice.rowGroups) {
      if (!overlapsWindow(rowGroup, filter) || !overlap(rowGroup.range, sequences)) continue;
      const count = selectRows(rowGroup, logSlice.log, predicate, rowBuffer);
      const rows = rowBuffer.subarray(0, count);
      yield rows.length === 0 ? undefined : { logSlice, rowGroup, rows };
    }
  }
}

/**
 * The last slices of a log, from the one that has this sequence. A query for the end of a log, as every start makes one,
 * looks at no older segment.
 */
export function slicesFrom(slices: readonly LogSlice[], sequence: number): readonly LogSlice[] {
  if (sequence <= 0) return slices;
  const first = slices.findLastIndex(
    ({ range }) => range.from <= sequence && range.from < range.to,
  );
  return slices.slice(Math.max(0, first));
}

/** The same rows by their numbers in the segment. */
export function segmentRows({ rowGroup, rows }: RowSelection): number[] {
  return Array.from(rows, (row) => rowGroup.firstRow + row);
}

function overlap(a: Range, b: Range): boolean {
  return a.from < b.to && b.from < a.to;
}
