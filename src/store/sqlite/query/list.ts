import type { ListQuery, StoredEvent } from '../../event-store.ts';
import type { KnownCounts } from './known-counts.ts';
import { listRuns } from './runs.ts';
import type { Stretch } from './segment.ts';
import type { Slices } from './slices.ts';

/** Events read at a time, between two pauses. */
const readTogether = 64;

/** One page of events. What lies in one stretch is read together. */
export function* list(
  stretches: readonly Stretch[],
  query: ListQuery,
  known: KnownCounts,
): Slices<StoredEvent[]> {
  const runs = yield* listRuns(stretches, query, known);
  const rows = new Map<Stretch, { row: number; place: number }[]>();
  let places = 0;
  for (const run of runs) {
    const wanted = rows.get(run.stretch) ?? [];
    rows.set(run.stretch, wanted);
    for (const row of run.rows) {
      wanted.push({ row, place: places });
      places += 1;
    }
  }
  const page = new Array<StoredEvent>(places);
  for (const [stretch, wanted] of rows) {
    for (let at = 0; at < wanted.length; at += readTogether) {
      const some = wanted.slice(at, at + readTogether);
      const events = stretch.events(some.map(({ row }) => row));
      for (const [index, { place }] of some.entries()) page[place] = events[index]!;
      yield;
    }
  }
  return page;
}
