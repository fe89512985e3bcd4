import type { ListQuery, StoredEvent } from '../../event-store.ts';
import type { LogSlice } from '../log-slice.ts';
import type { KnownCounts } from './known-counts.ts';
import type { Slices } from './run-in-slices.ts';
import { selectPage } from './select-page.ts';

/** Events read at a time, between two pauses. */
const eventsPerRead = 64;

/** One page of events. What lies in one stretch is read together. */
export function* list(
  slices: readonly LogSlice[],
  query: ListQuery,
  known: KnownCounts,
): Slices<StoredEvent[]> {
  const runs = yield* selectPage(slices, query, known);
  const rows = new Map<LogSlice, { row: number; place: number }[]>();
  let places = 0;
  for (const run of runs) {
    const wanted = rows.get(run.logSlice) ?? [];
    rows.set(run.logSlice, wanted);
    for (const row of run.rows) {
      wanted.push({ row, place: places });
      places += 1;
    }
  }
  const page = new Array<StoredEvent>(places);
  for (const [stretch, wanted] of rows) {
    for (let at = 0; at < wanted.length; at += eventsPerRead) {
      const some = wanted.slice(at, at + eventsPerRead);
      const events = stretch.events(some.map(({ row }) => row));
      for (const [index, { place }] of some.entries()) page[place] = events[index]!;
      yield;
    }
  }
  return page;
}
