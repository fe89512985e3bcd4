import type { PausableWork } from '../../../core/pausable-work.ts';
import type { ListQuery, StoredEvent } from '../../event-store.ts';
import type { LogSlice } from '../log-slice.ts';
import type { FilterAnswers } from './known-answers.ts';
import { selectPage } from './select-page.ts';

/** Events read at a time, between two pauses. */
const eventsPerRead = 64;

/** One page of events. Events of one slice are read together. */
export function* list(
  slices: readonly LogSlice[],
  query: ListQuery,
  answers: FilterAnswers,
): PausableWork<StoredEvent[]> {
  const batches = yield* selectPage(slices, query, answers);
  /** The rows of each slice, and the index of each on the page. */
  const rowsBySlice = new Map<LogSlice, { row: number; index: number }[]>();
  let length = 0;
  for (const batch of batches) {
    const rows = rowsBySlice.get(batch.logSlice) ?? [];
    rowsBySlice.set(batch.logSlice, rows);
    for (const row of batch.rows) {
      rows.push({ row, index: length });
      length += 1;
    }
  }
  const page = new Array<StoredEvent>(length);
  for (const [slice, rows] of rowsBySlice) {
    for (let at = 0; at < rows.length; at += eventsPerRead) {
      const some = rows.slice(at, at + eventsPerRead);
      const events = slice.events(some.map(({ row }) => row));
      for (const [nth, { index }] of some.entries()) page[index] = events[nth]!;
      yield;
    }
  }
  return page;
}
