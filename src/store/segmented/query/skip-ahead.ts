import { type Filter, overlapsWindow } from '../../../core/filter.ts';
import type { PausableWork } from '../../../core/pausable-work.ts';
import type { ListQuery, Order } from '../../event-store.ts';
import { type LogSlice, rowGroupRows, type TimeBounds } from '../log-slice.ts';
import { count } from './count.ts';
import type { FilterAnswers } from './known-answers.ts';

/**
 * A query for the same page that begins further on. A list begins with the events up to some time; the counts of whole
 * slices say how many these are, mostly without a look at them. So the page at the end of a long walk costs what its
 * first page costs. If all slices overlap in time there is no such time, and the query stays as it was.
 */
export function* skipAhead(
  slices: readonly LogSlice[],
  query: ListQuery,
  answers: FilterAnswers,
): PausableWork<ListQuery> {
  const { filter, order, after, skip = 0, snapshot = Number.POSITIVE_INFINITY } = query;
  // To skip fewer events than a row group has is cheap. After a position, counts of whole slices are of no use.
  if (skip < rowGroupRows || after !== undefined) return query;
  const sequences = { from: 0, to: snapshot };
  const bounds = new Map(slices.map((slice) => [slice, boundsInOrder(slice.bounds(), order)]));
  const candidates = slices.filter((slice) => overlapsWindow(slice.bounds(), filter));
  const byFirst = candidates.toSorted((a, b) => bounds.get(a)!.first - bounds.get(b)!.first);
  const lasts = candidates.map((slice) => bounds.get(slice)!.last).sort((a, b) => a - b);
  let reached = 0;
  let most = 0;
  let skipped: number | undefined;
  for (const last of lasts) {
    // There are at most `most` events up to `last`: those of all slices that begin before it.
    for (; reached < byFirst.length; reached += 1) {
      const slice = byFirst[reached]!;
      if (bounds.get(slice)!.first > last) break;
      most += yield* count([slice], filter, sequences, answers);
    }
    if (most > skip) break;
    skipped = last;
  }
  if (skipped === undefined) return query;
  const { before, behind } = splitFilter(filter, order, skipped);
  const eventsBefore = yield* count(candidates, before, sequences, answers);
  return { ...query, filter: behind, skip: skip - eventsBefore };
}

/** Bounds in the order of the list: `first` is lower than `last` in both orders. */
function boundsInOrder(
  { earliest, latest }: TimeBounds,
  order: Order,
): { first: number; last: number } {
  return order === 'asc' ? { first: earliest, last: latest } : { first: -latest, last: -earliest };
}

/** A filter as two: up to a time, which is included, and behind it. */
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
