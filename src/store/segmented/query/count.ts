import { type Filter, overlapsWindow } from '../../../core/filter.ts';
import type { PausableWork } from '../../../core/pausable-work.ts';
import type { Range } from '../../event-store.ts';
import { isEmptySlice, type LogSlice, rowGroupRows, type TimeBounds } from '../log-slice.ts';
import type { FilterAnswers } from './known-answers.ts';
import { matchingCount } from './matching-counts.ts';
import { toPredicate } from './predicate.ts';
import { allSequences, rowSelections } from './row-selections.ts';

/** How many events match, exactly. Rows of a whole slice are looked at only if nothing else says how many match. */
export function* count(
  slices: readonly LogSlice[],
  filter: Filter,
  sequences: Range,
  answers: FilterAnswers,
): PausableWork<number> {
  let total = 0;
  for (const slice of slices) {
    if (!overlapsWindow(slice, filter) || isEmptySlice(slice)) continue;
    const isWhole = coversSlice(slice, filter, sequences);
    const known = isWhole ? (answers.countOf(slice) ?? countWithoutRows(slice, filter)) : undefined;
    const counted =
      known ??
      (isWhole && slice.unsealed !== undefined
        ? yield* countNewRows(slice, filter, answers)
        : yield* countRows(slice, filter, sequences));
    if (isWhole) answers.keepCount(slice, counted);
    total += counted;
    yield;
  }
  return total;
}

/** Whether a query is about all of a slice: the window and the sequences leave out nothing of it. */
export function coversSlice(slice: LogSlice, filter: Filter, { from, to }: Range): boolean {
  const { range } = slice;
  return isWithin(slice.bounds(), filter) && range.from >= from && range.to <= to;
}

function countWithoutRows(slice: LogSlice, filter: Filter): number | undefined {
  const predicate = toPredicate(filter, allSequences, slice.values);
  return predicate === undefined ? 0 : matchingCount(slice, predicate);
}

/** Counts in an unsealed slice: of its full row groups only those that were not counted before. */
function* countNewRows(
  slice: LogSlice,
  filter: Filter,
  answers: FilterAnswers,
): PausableWork<number> {
  const known = answers.countedRowsOf(slice);
  const rowGroups = slice.rowGroups.filter(({ firstRow }) => firstRow >= known.rows);
  let { count: full } = known;
  let partial = 0;
  for (const selection of rowSelections([{ ...slice, rowGroups }], filter, allSequences)) {
    const found = selection?.rows.length ?? 0;
    if (selection?.rowGroup.rows === rowGroupRows) full += found;
    else partial += found;
    yield;
  }
  const lastFull = rowGroups.findLast(({ rows }) => rows === rowGroupRows);
  const rows = lastFull === undefined ? known.rows : lastFull.firstRow + rowGroupRows;
  answers.keepCountedRows(slice, { rows, count: full });
  return full + partial;
}

function* countRows(slice: LogSlice, filter: Filter, sequences: Range): PausableWork<number> {
  let total = 0;
  for (const selection of rowSelections([slice], filter, sequences)) {
    total += selection?.rows.length ?? 0;
    yield;
  }
  return total;
}

/** Whether a filter's window leaves out nothing that was created between these bounds. */
function isWithin(
  { earliest, latest }: TimeBounds,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Filter,
): boolean {
  return earliest >= from && latest < to;
}
