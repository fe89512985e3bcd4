import { type Facet, facetPlace } from '../../../core/facets.ts';
import type { Filter } from '../../../core/filter.ts';
import type { FacetCount, Range } from '../../event-store.ts';
import type { Codes, Stretch } from './segment.ts';
import { everything, selections } from './selections.ts';
import type { Slices } from './slices.ts';

/** How many events match, exactly. What was counted once in all of a stretch that cannot change is known from then on. */
export function* count(
  stretches: readonly Stretch[],
  filter: Filter,
  sequences: Range,
): Slices<number> {
  const { from: _from, to: _to, ...anytime } = filter;
  const question = JSON.stringify(anytime);
  let total = 0;
  for (const stretch of stretches) {
    const isWhole = isWithin(stretch, filter) && isAmong(stretch.range, sequences);
    const known = isWhole ? stretch.counted(question) : undefined;
    const counted = known ?? (yield* countIn(stretch, filter, sequences));
    if (isWhole && known === undefined) stretch.keepCount(question, counted);
    total += counted;
  }
  return total;
}

function* countIn(stretch: Stretch, filter: Filter, sequences: Range): Slices<number> {
  let total = 0;
  for (const { rows } of selections([stretch], filter, sequences)) {
    total += rows.length;
    yield;
  }
  return total;
}

/** The values of a facet among the events that match, most frequent first, then by value. */
export function* distinct(
  stretches: readonly Stretch[],
  facet: Facet,
  filter: Filter,
  limit = Number.POSITIVE_INFINITY,
): Slices<FacetCount[]> {
  const place = facetPlace(facet);
  const counts = new Map<string, number>();
  for (const { stretch, part, rows } of selections(stretches, filter, everything)) {
    for (const [code, times] of countCodes(part.codes(place), rows)) {
      const value = stretch.values.textOf(place, code);
      counts.set(value, (counts.get(value) ?? 0) + times);
    }
    yield;
  }
  return [...counts]
    .map(([value, times]) => ({ value, count: times }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, limit);
}

/** Whether a filter's window leaves out nothing that was created between these bounds. */
function isWithin(
  { earliest, latest }: Pick<Stretch, 'earliest' | 'latest'>,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Filter,
): boolean {
  return earliest >= from && latest < to;
}

function isAmong(inner: Range, outer: Range): boolean {
  return inner.from >= outer.from && inner.to <= outer.to;
}

function countCodes(codes: Codes, rows: Uint16Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const row of rows) {
    const code = codes[row]!;
    if (code !== 0) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
}
