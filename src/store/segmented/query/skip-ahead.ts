import { type Filter, overlapsWindow } from '../../../core/filter.ts';
import type { ListQuery, Order } from '../../event-store.ts';
import { rowGroupRows } from '../active/columns.ts';
import type { LogSlice, TimeBounds } from '../log-slice.ts';
import { count } from './count.ts';
import type { KnownCounts } from './known-counts.ts';
import type { Slices } from './run-in-slices.ts';

/**
 * The same page, asked for from further on. A list begins with the events up to some time; where stretches were counted
 * before, it takes no look at them to know how many that are. So the page at the end of a long walk costs what its
 * first one does. Where all stretches overlap in time there is no such time, and the question stays as it was.
 */
export function* skipAhead(
  slices: readonly LogSlice[],
  query: ListQuery,
  known: KnownCounts,
): Slices<ListQuery> {
  const { filter, order, after, skip = 0, snapshot = Number.POSITIVE_INFINITY } = query;
  // That few are passed over in no time, and behind a place only the rest of a stretch would count.
  if (skip < rowGroupRows || after !== undefined) return query;
  const sequences = { from: 0, to: snapshot };
  const bounds = new Map(
    slices.map((stretch) => [stretch, boundsInOrder(stretch.bounds(), order)]),
  );
  const held = slices.filter((stretch) => overlapsWindow(stretch.bounds(), filter));
  const byFirst = held.toSorted((a, b) => bounds.get(a)!.first - bounds.get(b)!.first);
  const lasts = held.map((stretch) => bounds.get(stretch)!.last).sort((a, b) => a - b);
  let reached = 0;
  let most = 0;
  let skipped: number | undefined;
  for (const last of lasts) {
    // Of all that begin before the end of this one, the events up to there are at most so many.
    for (; reached < byFirst.length; reached += 1) {
      const stretch = byFirst[reached]!;
      if (bounds.get(stretch)!.first > last) break;
      most += yield* count([stretch], filter, sequences, known);
    }
    if (most > skip) break;
    skipped = last;
  }
  if (skipped === undefined) return query;
  const { before, behind } = splitFilter(filter, order, skipped);
  const left = yield* count(held, before, sequences, known);
  return { ...query, filter: behind, skip: skip - left };
}

/** Bounds as a list in this order comes upon them: `first` is lower than `last` in either. */
function boundsInOrder(
  { earliest, latest }: TimeBounds,
  order: Order,
): { first: number; last: number } {
  return order === 'asc' ? { first: earliest, last: latest } : { first: -latest, last: -earliest };
}

/** A filter in two: up to a time, this included, and behind it. */
function splitFilter(
  filter: Filter,
  order: Order,
  last: number,
): { before: Filter; behind: Filter } {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = filter;
  return order === 'asc'
    ? {
        before: { ...filter, from, to: Math.min(to, last + 1) },
        behind: { ...filter, from: last + 1, to },
      }
    : {
        before: { ...filter, from: Math.max(from, -last), to },
        behind: { ...filter, from, to: -last },
      };
}
