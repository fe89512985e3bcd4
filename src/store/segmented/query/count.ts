import { type Facet, facetIndex } from '../../../core/facets.ts';
import { type Filter, overlapsWindow } from '../../../core/filter.ts';
import type { PausableWork } from '../../../core/pausable-work.ts';
import type { FacetCount, Range } from '../../event-store.ts';
import { isEmptySlice, type LogSlice, type TimeBounds } from '../log-slice.ts';
import type { FilterAnswers } from './known-answers.ts';
import { matchingCount, matchingValueCounts } from './matching-counts.ts';
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
    const counted = known ?? (yield* countRows(slice, filter, sequences));
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

function* countRows(slice: LogSlice, filter: Filter, sequences: Range): PausableWork<number> {
  let total = 0;
  for (const { rows } of rowSelections([slice], filter, sequences)) {
    total += rows.length;
    yield;
  }
  return total;
}

/** The values of a facet among the events that match, most frequent first, then by value. */
export function* distinct(
  slices: readonly LogSlice[],
  facet: Facet,
  filter: Filter,
  answers: FilterAnswers,
  limit = Number.POSITIVE_INFINITY,
): PausableWork<FacetCount[]> {
  // Values are known of whole segments only, and together: a window would have to tell one segment from another.
  const isAnytime = filter.from === undefined && filter.to === undefined;
  const known = isAnytime ? answers.valuesOf(facet) : undefined;
  const segments = new Set(known?.segments);
  const sealed = new Map(known?.counts);
  const unsealed = new Map<string, number>();
  for (const slice of slices) {
    const { segment } = slice;
    if (segment === undefined) yield* addValueCounts(slice, facet, filter, unsealed);
    else if (!segments.has(segment)) {
      yield* addValueCounts(slice, facet, filter, sealed);
      segments.add(segment);
    }
  }
  if (known !== undefined && segments.size > known.segments.size) {
    answers.keepValues(facet, { segments, counts: new Map(sealed) });
  }
  for (const [value, times] of unsealed) addCount(sealed, value, times);
  return [...sealed]
    .map(([value, times]) => ({ value, count: times }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, limit);
}

function* addValueCounts(
  slice: LogSlice,
  facet: Facet,
  filter: Filter,
  into: Map<string, number>,
): PausableWork<void> {
  if (!overlapsWindow(slice, filter) || isEmptySlice(slice)) return;
  yield;
  const column = facetIndex(facet);
  const predicate = toPredicate(filter, allSequences, slice.values);
  if (predicate === undefined) return;
  const textOf = slice.values.textsOf(column);
  const counts = coversSlice(slice, filter, allSequences)
    ? matchingValueCounts(slice, predicate, column)
    : undefined;
  if (counts !== undefined) {
    for (const { code, count: times } of counts) {
      if (code !== 0) addCount(into, textOf(code), times);
    }
    return;
  }
  /** By code; created once there is something to count. */
  let times = new Uint32Array();
  for (const { rowGroup, rows } of rowSelections([slice], filter, allSequences)) {
    if (times.length === 0) times = new Uint32Array(slice.values.sizeOf(column));
    const codes = rowGroup.codes(column);
    for (const row of rows) times[codes[row]!]! += 1;
    yield;
  }
  for (let code = 1; code < times.length; code += 1) {
    if (times[code]! > 0) addCount(into, textOf(code), times[code]!);
  }
}

function addCount(counts: Map<string, number>, value: string, times: number): void {
  counts.set(value, (counts.get(value) ?? 0) + times);
}

/** Whether a filter's window leaves out nothing that was created between these bounds. */
function isWithin(
  { earliest, latest }: TimeBounds,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Filter,
): boolean {
  return earliest >= from && latest < to;
}
