import { type Facet, facetIndex } from '../../../core/facets.ts';
import { type Filter, overlapsWindow } from '../../../core/filter.ts';
import type { FacetCount, Range } from '../../event-store.ts';
import { isEmptySlice, type LogSlice, type TimeBounds } from '../log-slice.ts';
import type { KnownCounts } from './known-counts.ts';
import type { KnownValues } from './known-values.ts';
import { matchingCount, matchingValueCounts } from './matching-counts.ts';
import { toPredicate } from './predicate.ts';
import { allSequences, rowSelections } from './row-selections.ts';
import type { Slices } from './run-in-slices.ts';

/**
 * How many events match, exactly. Of all of a stretch it is often told without a look at its rows; what was counted once
 * where nothing can change is known from then on.
 */
export function* count(
  slices: readonly LogSlice[],
  filter: Filter,
  sequences: Range,
  known: KnownCounts,
): Slices<number> {
  let total = 0;
  for (const stretch of slices) {
    if (!overlapsWindow(stretch, filter) || isEmptySlice(stretch)) continue;
    const isWhole = coversSlice(stretch, filter, sequences);
    const before = isWhole ? (known.of(stretch) ?? countWithoutRows(stretch, filter)) : undefined;
    const counted = before ?? (yield* countRows(stretch, filter, sequences));
    if (isWhole) known.keep(stretch, counted);
    total += counted;
    yield;
  }
  return total;
}

/** Whether a question is about all of a stretch: nothing of it lies outside the window or beyond the sequences. */
export function coversSlice(slice: LogSlice, filter: Filter, { from, to }: Range): boolean {
  const { range } = slice;
  return isWithin(slice.bounds(), filter) && range.from >= from && range.to <= to;
}

/** How many events of all of a stretch match, if that is told without a look at its rows. */
function countWithoutRows(stretch: LogSlice, filter: Filter): number | undefined {
  const question = toPredicate(filter, allSequences, stretch.values);
  return question === undefined ? 0 : matchingCount(stretch, question);
}

function* countRows(stretch: LogSlice, filter: Filter, sequences: Range): Slices<number> {
  let total = 0;
  for (const { rows } of rowSelections([stretch], filter, sequences)) {
    total += rows.length;
    yield;
  }
  return total;
}

/**
 * The values of a facet among the events that match, most frequent first, then by value. What was counted once in segments
 * that cannot change is known from then on.
 */
export function* distinct(
  slices: readonly LogSlice[],
  facet: Facet,
  filter: Filter,
  known: KnownValues | undefined,
  limit = Number.POSITIVE_INFINITY,
): Slices<FacetCount[]> {
  const before = known?.counted;
  const segments = new Set(before?.segments);
  const sealed = new Map(before?.counts);
  const growing = new Map<string, number>();
  for (const stretch of slices) {
    const { segment } = stretch;
    if (segment !== undefined && segments.has(segment)) continue;
    yield* addValueCounts(
      stretch,
      facetIndex(facet),
      filter,
      segment === undefined ? growing : sealed,
    );
    if (segment !== undefined) segments.add(segment);
  }
  if (before !== undefined) known?.keep(before, { segments, counts: sealed });
  const counts = new Map(sealed);
  for (const [value, times] of growing) addCount(counts, value, times);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, limit);
}

function* addValueCounts(
  stretch: LogSlice,
  place: number,
  filter: Filter,
  into: Map<string, number>,
): Slices<void> {
  if (!overlapsWindow(stretch, filter) || isEmptySlice(stretch)) return;
  yield;
  const question = toPredicate(filter, allSequences, stretch.values);
  if (question === undefined) return;
  const told = coversSlice(stretch, filter, allSequences)
    ? matchingValueCounts(stretch, question, place)
    : undefined;
  const textOf = stretch.values.textsOf(place);
  if (told !== undefined) {
    for (const { code: value, count } of told) {
      if (value !== 0) addCount(into, textOf(value), count);
    }
    return;
  }
  /** By code; made once there is something to count. */
  let times = new Uint32Array();
  for (const { rowGroup, rows } of rowSelections([stretch], filter, allSequences)) {
    if (times.length === 0) times = new Uint32Array(stretch.values.sizeOf(place));
    const codes = rowGroup.codes(place);
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
