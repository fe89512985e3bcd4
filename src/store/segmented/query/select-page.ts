import type { Position } from '../../../core/cursor.ts';
import { type Filter, overlapsWindow } from '../../../core/filter.ts';
import type { PausableWork } from '../../../core/pausable-work.ts';
import type { ListQuery, Order } from '../../event-store.ts';
import { isEmptySlice, type LogSlice } from '../log-slice.ts';
import { coversSlice } from './count.ts';
import type { FilterAnswers } from './known-answers.ts';
import { matchingCount } from './matching-counts.ts';
import { type Predicate, toPredicate } from './predicate.ts';
import { firstBatch, type RowBatch } from './row-batch.ts';
import { RowBatchMerger } from './row-batch-merger.ts';
import { RowGroupQueue } from './row-group-queue.ts';
import { createRowBuffer } from './select-rows.ts';
import { skipAhead } from './skip-ahead.ts';

/**
 * The events of one page. Row groups are visited in the order of the times that they may hold, and no further than
 * needed: an event is settled once no remaining row group can hold an earlier position. In a log that was written in
 * order of time, a page takes one or two row groups; with imports it takes as many as overlap.
 *
 * Slices without a match are remembered, because pages with few events or none would look through them every time.
 */
export function* selectPage(
  slices: readonly LogSlice[],
  listQuery: ListQuery,
  answers: FilterAnswers,
): PausableWork<RowBatch[]> {
  const candidates = slices.filter((slice) => answers.countOf(slice) !== 0);
  const query = yield* skipAhead(candidates, listQuery, answers);
  const { order, after, snapshot = Number.POSITIVE_INFINITY } = query;
  const filter = filterAfter(query.filter, order, after);
  const predicateOf = predicatesOf(filter, snapshot);
  const page = new PageBuilder(query);
  const rowBuffer = createRowBuffer();
  const queue = new RowGroupQueue(
    candidates.filter((slice) => overlapsWindow(slice, filter)),
    order,
  );
  /** Slices that were visited, of which no row group had a match. */
  const unmatched = new Set<LogSlice>();
  for (let next = queue.next(); next !== undefined; next = queue.next()) {
    const { logSlice, rowGroup } = next;
    const { earliest, latest } = rowGroup ?? logSlice;
    page.settle(({ createdAt }) => (order === 'asc' ? createdAt < earliest : createdAt > latest));
    if (page.needed === 0) {
      unmatched.delete(logSlice);
      break;
    }
    if (rowGroup === undefined) {
      unmatched.add(logSlice);
      if (!isEmptySlice(logSlice) && predicateOf(logSlice) !== undefined) queue.open(logSlice);
    } else if (overlapsWindow(rowGroup, filter)) {
      const options = { order, after, needed: page.needed, rowBuffer };
      const batch = firstBatch({ logSlice, rowGroup }, predicateOf(logSlice)!, options);
      if (batch !== undefined) {
        page.add(batch);
        unmatched.delete(logSlice);
      }
    }
    yield;
  }
  page.settle(() => true);
  if (after === undefined) {
    for (const logSlice of queue.opened()) unmatched.delete(logSlice);
    for (const slice of unmatched) {
      if (coversSlice(slice, filter, { from: 0, to: snapshot })) answers.keepCount(slice, 0);
    }
  }
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

  /** How many more events decide what is on the page. */
  get needed(): number {
    return this.#skip + this.#remaining;
  }

  add(batch: RowBatch): void {
    this.#merger.add(batch, this.needed);
  }

  settle(isSettled: (position: Position) => boolean): void {
    for (const batch of this.#merger.take(this.needed, isSettled)) {
      const skipped = Math.min(this.#skip, batch.length);
      this.#skip -= skipped;
      if (skipped === batch.length) continue;
      this.#remaining -= batch.length - skipped;
      this.batches.push(batch.subBatch(skipped));
    }
  }
}

/** The predicate of each slice; undefined when it is known that no event of the slice matches. */
function predicatesOf(filter: Filter, snapshot: number) {
  const predicates = new Map<LogSlice, Predicate | undefined>();
  return (slice: LogSlice): Predicate | undefined => {
    if (!predicates.has(slice)) {
      const predicate = toPredicate(filter, { from: 0, to: snapshot }, slice.values);
      const isNone = predicate !== undefined && matchingCount(slice, predicate) === 0;
      predicates.set(slice, isNone ? undefined : predicate);
    }
    return predicates.get(slice);
  };
}

/** The filter without what is before the position, to the microsecond. */
function filterAfter(filter: Filter, order: Order, after: Position | undefined): Filter {
  if (after === undefined) return filter;
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = filter;
  return order === 'asc'
    ? { ...filter, from: Math.max(from, after.createdAt), to }
    : { ...filter, from, to: Math.min(to, after.createdAt + 1) };
}
