import { type Facet, facetPlace } from '../../../core/facets.ts';
import { type Filter, mayHold } from '../../../core/filter.ts';
import type { FacetCount, Range } from '../../event-store.ts';
import type { KnownCounts } from './known-counts.ts';
import type { KnownValues } from './known-values.ts';
import { translate } from './question.ts';
import { isEmpty, type Stretch, type TimeBounds } from './segment.ts';
import { everything, selections } from './selections.ts';
import type { Slices } from './slices.ts';
import { countTallied, tallied } from './tallied.ts';

/**
 * How many events match, exactly. Of all of a stretch it is often told without a look at its rows; what was counted once
 * where nothing can change is known from then on.
 */
export function* count(
  stretches: readonly Stretch[],
  filter: Filter,
  sequences: Range,
  known: KnownCounts,
): Slices<number> {
  let total = 0;
  for (const stretch of stretches) {
    if (!mayHold(stretch, filter) || isEmpty(stretch)) continue;
    const isWhole = isAsked(stretch, filter, sequences);
    const before = isWhole ? (known.of(stretch) ?? toldOf(stretch, filter)) : undefined;
    const counted = before ?? (yield* countIn(stretch, filter, sequences));
    if (isWhole) known.keep(stretch, counted);
    total += counted;
    yield;
  }
  return total;
}

/** Whether a question is about all of a stretch: nothing of it lies outside the window or beyond the sequences. */
export function isAsked(stretch: Stretch, filter: Filter, { from, to }: Range): boolean {
  const { range } = stretch;
  return isWithin(stretch.bounds(), filter) && range.from >= from && range.to <= to;
}

/** How many events of all of a stretch match, if that is told without a look at its rows. */
function toldOf(stretch: Stretch, filter: Filter): number | undefined {
  const question = translate(filter, everything, stretch.values);
  return question === undefined ? 0 : countTallied(stretch, question);
}

function* countIn(stretch: Stretch, filter: Filter, sequences: Range): Slices<number> {
  let total = 0;
  for (const { rows } of selections([stretch], filter, sequences)) {
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
  stretches: readonly Stretch[],
  facet: Facet,
  filter: Filter,
  known: KnownValues | undefined,
  limit = Number.POSITIVE_INFINITY,
): Slices<FacetCount[]> {
  const before = known?.known;
  const segments = new Set(before?.segments);
  const sealed = new Map(before?.counts);
  const growing = new Map<string, number>();
  for (const stretch of stretches) {
    const { segment } = stretch;
    if (segment !== undefined && segments.has(segment)) continue;
    yield* countValues(
      stretch,
      facetPlace(facet),
      filter,
      segment === undefined ? growing : sealed,
    );
    if (segment !== undefined) segments.add(segment);
  }
  if (before !== undefined) known?.keep(before, { segments, counts: sealed });
  const counts = new Map(sealed);
  for (const [value, times] of growing) add(counts, value, times);
  return [...counts]
    .map(([value, times]) => ({ value, count: times }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, limit);
}

function* countValues(
  stretch: Stretch,
  place: number,
  filter: Filter,
  into: Map<string, number>,
): Slices<void> {
  if (!mayHold(stretch, filter) || isEmpty(stretch)) return;
  yield;
  const question = translate(filter, everything, stretch.values);
  if (question === undefined) return;
  const told = isAsked(stretch, filter, everything) ? tallied(stretch, question, place) : undefined;
  const textOf = stretch.values.textsOf(place);
  if (told !== undefined) {
    for (const { value, times } of told) {
      if (value !== 0) add(into, textOf(value), times);
    }
    return;
  }
  /** By code; made once there is something to count. */
  let times = new Uint32Array();
  for (const { part, rows } of selections([stretch], filter, everything)) {
    if (times.length === 0) times = new Uint32Array(stretch.values.sizeOf(place));
    const codes = part.codes(place);
    for (const row of rows) times[codes[row]!]! += 1;
    yield;
  }
  for (let code = 1; code < times.length; code += 1) {
    if (times[code]! > 0) add(into, textOf(code), times[code]!);
  }
}

function add(counts: Map<string, number>, value: string, times: number): void {
  counts.set(value, (counts.get(value) ?? 0) + times);
}

/** Whether a filter's window leaves out nothing that was created between these bounds. */
function isWithin(
  { earliest, latest }: TimeBounds,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Filter,
): boolean {
  return earliest >= from && latest < to;
}
