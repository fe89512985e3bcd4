import { facetIndex } from '../../../core/facets.ts';
import { type Filter, overlapsWindow } from '../../../core/filter.ts';
import type { Micros } from '../../../core/micros.ts';
import type { PausableWork } from '../../../core/pausable-work.ts';
import { emptyHistogram } from '../../empty-histogram.ts';
import type { Histogram, HistogramQuery, Range } from '../../event-store.ts';
import { isEmptySlice, type LogSlice, type TimeBounds } from '../log-slice.ts';
import { coversSlice } from './count.ts';
import { matchingValueCounts } from './matching-counts.ts';
import { toPredicate } from './predicate.ts';
import { allSequences, type RowSelection, rowSelections } from './row-selections.ts';

const outcomeFacet = facetIndex('outcome');

/**
 * How many events match in each bucket. Times are read only of row groups that reach from one bucket into another: they
 * take longer to unpack than all other columns together.
 */
export function* histogram(
  slices: readonly LogSlice[],
  query: HistogramQuery,
): PausableWork<Histogram> {
  const { start, width, buckets, snapshot = Number.POSITIVE_INFINITY } = query;
  const sequences: Range = { from: 0, to: snapshot };
  const filter = withinBuckets(query);
  const counts = emptyHistogram(buckets);
  const bucketOf = (time: Micros) => Math.floor((time - start) / width);
  /** The bucket that has all of these times, if one has. */
  const bucketOfAll = ({ earliest, latest }: TimeBounds) => {
    const bucket = bucketOf(earliest);
    const isOne = bucket >= 0 && bucket < buckets && bucket === bucketOf(latest);
    return isOne ? bucket : undefined;
  };
  for (const slice of slices) {
    if (!overlapsWindow(slice, filter) || isEmptySlice(slice)) continue;
    const columnOf = outcomeColumns(slice, counts);
    const bucket = bucketOfAll(slice.bounds());
    const known =
      bucket !== undefined && coversSlice(slice, filter, sequences)
        ? countsWithoutRows(slice, filter)
        : undefined;
    if (bucket !== undefined && known !== undefined) {
      for (const { code, count } of known) columnOf(code)[bucket]! += count;
      yield;
      continue;
    }
    for (const selection of rowSelections([slice], filter, sequences)) {
      const bucket = selection && bucketOfAll(selection.rowGroup);
      if (bucket !== undefined) addToBucket(selection!, bucket, columnOf);
      else if (selection !== undefined) addByTime(selection, bucketOf, columnOf);
      yield;
    }
    yield;
  }
  return counts;
}

type ColumnOf = (code: number) => Uint32Array;

/** For the code of an outcome the counts that it belongs to. */
function outcomeColumns(slice: LogSlice, counts: Histogram): ColumnOf {
  // Values that compare equal are equal in this facet, so each has one code, or none.
  const [success] = slice.values.codesOf(outcomeFacet, 'success');
  const [failure] = slice.values.codesOf(outcomeFacet, 'failure');
  return (code) => {
    if (code === success) return counts.success;
    return code === failure ? counts.failure : counts.unknown;
  };
}

/** The outcomes of a whole slice, if its value counts say them. */
function countsWithoutRows(slice: LogSlice, filter: Filter) {
  const predicate = toPredicate(filter, allSequences, slice.values);
  return predicate === undefined ? [] : matchingValueCounts(slice, predicate, outcomeFacet);
}

function addToBucket({ rowGroup, rows }: RowSelection, bucket: number, columnOf: ColumnOf): void {
  const outcomes = rowGroup.codes(outcomeFacet);
  for (const row of rows) columnOf(outcomes[row]!)[bucket]! += 1;
}

function addByTime(
  { rowGroup, rows }: RowSelection,
  bucketOf: (time: Micros) => number,
  columnOf: ColumnOf,
): void {
  const outcomes = rowGroup.codes(outcomeFacet);
  const times = rowGroup.createdAt();
  for (const row of rows) columnOf(outcomes[row]!)[bucketOf(times[row]!)]! += 1;
}

function withinBuckets({ filter, start, width, buckets }: HistogramQuery): Filter {
  const { from = start, to = Number.POSITIVE_INFINITY } = filter;
  return {
    ...filter,
    from: Math.max(from, start),
    to: Math.min(to, start + width * buckets),
  };
}
