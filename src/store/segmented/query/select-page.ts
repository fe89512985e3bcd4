import type { Position } from '../../../core/cursor.ts';
import { type Filter, overlapsWindow } from '../../../core/filter.ts';
import type { ListQuery, Order } from '../../event-store.ts';
import { isEmptySlice, type LogSlice } from '../log-slice.ts';
import { coversSlice } from './count.ts';
import type { KnownCounts } from './known-counts.ts';
import { matchingCount } from './matching-counts.ts';
import { type Predicate, toPredicate } from './predicate.ts';
import { firstBatch, type RowBatch } from './row-batch.ts';
import { RowBatchMerger } from './row-batch-merger.ts';
import { RowGroupQueue } from './row-group-queue.ts';
import type { Slices } from './run-in-slices.ts';
import { createRowBuffer } from './select-rows.ts';
import { skipAhead } from './skip-ahead.ts';

/**
 * The events of one page. Parts are visited in the order of the times they may hold, and no further than needed: an
 * event is settled once no part that is left can hold an earlier place. In a log written in order of time that takes
 * one or two parts a page; with imports as many as overlap.
 */
export function* selectPage(
  slices: readonly LogSlice[],
  listQuery: ListQuery,
  known: KnownCounts,
): Slices<RowBatch[]> {
  const holding = slices.filter((slice) => known.of(slice) !== 0);
  const query = yield* skipAhead(holding, listQuery, known);
  const { order, after } = query;
  const filter = filterAfter(query.filter, order, after);
  const predicateOf = predicatesOf(filter, query.snapshot);
  const page = new PageBuilder(query);
  const rowBuffer = createRowBuffer();
  const possible = holding.filter((slice) => overlapsWindow(slice, filter));
  const emptySlices = new EmptySlices(query, known);
  const queue = new RowGroupQueue(possible, order);
  for (let next = queue.next(); next !== undefined; next = queue.next()) {
    const { logSlice, rowGroup } = next;
    const { earliest, latest } = rowGroup ?? logSlice;
    page.settle(({ createdAt }) => (order === 'asc' ? createdAt < earliest : createdAt > latest));
    if (page.needed === 0) break;
    if (rowGroup === undefined) {
      if (!isEmptySlice(logSlice) && predicateOf(logSlice) !== undefined) queue.open(logSlice);
      else emptySlices.addSlice(logSlice);
    } else if (overlapsWindow(rowGroup, filter)) {
      const options = { order, after, needed: page.needed, rowBuffer };
      const batch = firstBatch({ logSlice, rowGroup }, predicateOf(logSlice)!, options);
      if (batch !== undefined) page.add(batch);
      else emptySlices.addRowGroup(logSlice);
    }
    yield;
  }
  page.settle(() => true);
  return page.batches;
}

class PageBuilder {
  readonly batches: RowBatch[] = [];
  readonly #merger: RowBatchMerger;
  #skip: number;
  #remaining: number;

  constructor({ order, skip = 0, limit }: ListQuery) {
    this.#merger = new RowBatchMerger(order);
    this.#skip = skip;
    this.#remaining = limit;
  }

  /** How many more events decide what is on it. */
  get needed(): number {
    return this.#skip + this.#remaining;
  }

  add(run: RowBatch): void {
    this.#merger.add(run, this.needed);
  }

  settle(isSettled: (place: Position) => boolean): void {
    for (const run of this.#merger.take(this.needed, isSettled)) {
      const skipped = Math.min(this.#skip, run.length);
      this.#skip -= skipped;
      if (skipped === run.length) continue;
      this.#remaining -= run.length - skipped;
      this.batches.push(run.subBatch(skipped));
    }
  }
}

/**
 * Notices stretches without an event that answers the question, so that none of them is looked at again: pages with few
 * or no events would otherwise go through all of them each time.
 */
class EmptySlices {
  readonly #query: ListQuery;
  readonly #known: KnownCounts;
  /** Parts of a stretch that were not looked at yet. */
  readonly #unvisited = new Map<LogSlice, number>();

  constructor(query: ListQuery, known: KnownCounts) {
    this.#query = query;
    this.#known = known;
  }

  /** Nothing was found in one of its parts. */
  addRowGroup(stretch: LogSlice): void {
    if (this.#query.after !== undefined || stretch.segment === undefined) return;
    const left = (this.#unvisited.get(stretch) ?? stretch.rowGroups.length) - 1;
    this.#unvisited.set(stretch, left);
    if (left === 0) this.addSlice(stretch);
  }

  /** Nothing is in this stretch. */
  addSlice(stretch: LogSlice): void {
    const { after, filter, snapshot = Number.POSITIVE_INFINITY } = this.#query;
    if (after !== undefined || !coversSlice(stretch, filter, { from: 0, to: snapshot })) return;
    this.#known.keep(stretch, 0);
  }
}

/** Each stretch's form of the filter; undefined when it is told that no event of the stretch matches. */
function predicatesOf(filter: Filter, snapshot = Number.POSITIVE_INFINITY) {
  const questions = new Map<LogSlice, Predicate | undefined>();
  return (stretch: LogSlice): Predicate | undefined => {
    if (!questions.has(stretch)) {
      const question = toPredicate(filter, { from: 0, to: snapshot }, stretch.values);
      const isNone = question !== undefined && matchingCount(stretch, question) === 0;
      questions.set(stretch, isNone ? undefined : question);
    }
    return questions.get(stretch);
  };
}

/** The filter without what lies before the place, to the microsecond. */
function filterAfter(filter: Filter, order: Order, after: Position | undefined): Filter {
  if (after === undefined) return filter;
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = filter;
  return order === 'asc'
    ? { ...filter, from: Math.max(from, after.createdAt), to }
    : { ...filter, from, to: Math.min(to, after.createdAt + 1) };
}
