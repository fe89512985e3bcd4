import type { Micros } from '../../core/micros.ts';
import type { EventReader, Order, Range, StoredEvent } from '../../store/event-store.ts';
import { visibleToVendors } from '../dialect.ts';
import type { PageQuery } from './query.ts';

/** Whether `starting_from` includes the entries of the instant itself or excludes them (wire: CockroachDB 4.1). */
export type StartBound = 'inclusive' | 'exclusive';

/** A contiguous range of a log in the requested order, and the instant from which to request the next. */
export interface Page {
  readonly events: readonly StoredEvent[];
  /** Absent when there can never be more in this direction. */
  readonly next: Micros | undefined;
}

/**
 * A page by time of recording, with all events of its last instant, so that an instant alone is a cursor.
 *
 * No event ever becomes visible where a cursor has passed. Times of recording only grow, so it is enough that no
 * cursor is later than the instant after the log's last event: an ascending request from beyond the end is pointed
 * back to it. A descending cursor is always the instant of an event.
 */
export async function readPage(
  reader: EventReader,
  organisation: string,
  query: PageQuery,
  bound: StartBound = 'inclusive',
): Promise<Page> {
  const { startingFrom, order, limit } = query;
  const start =
    startingFrom && (await reader.sequenceAt(organisation, edge(startingFrom, order, bound)));
  // Retention may have dropped the beginning.
  const first = await reader.sequenceAt(organisation, 0);
  // Read after the start, so that the log is not shorter than it.
  const { size, recordedAt } = await reader.head(organisation);
  const range =
    order === 'asc' ? { from: start ?? first, to: size } : { from: first, to: start ?? size };
  const events: StoredEvent[] = [];
  const inclusive = bound === 'inclusive';
  for await (const event of scanInOrder(reader, organisation, range, order, limit + 1)) {
    const last = events.at(-1);
    if (last !== undefined && events.length >= limit && event.recordedAt !== last.recordedAt) {
      return { events, next: inclusive ? event.recordedAt : last.recordedAt };
    }
    events.push(event);
  }
  if (order === 'desc') return { events, next: undefined };
  const step = inclusive ? 1 : 0;
  const last = events.at(-1);
  if (last !== undefined) return { events, next: last.recordedAt + step };
  const end = size === 0 ? 0 : recordedAt + step;
  return { events, next: Math.min(startingFrom?.floor ?? 0, end) };
}

/** The instant whose first event is the first of the rest when ascending, and the end of the rest when descending. */
function edge(
  { floor, ceil }: NonNullable<PageQuery['startingFrom']>,
  order: Order,
  bound: StartBound,
): Micros {
  if (order === 'asc') return bound === 'inclusive' ? ceil : floor + 1;
  return bound === 'inclusive' ? floor + 1 : ceil;
}

const maxStepLength = 1_000;

/** The events of a range in either direction, read in steps that begin small and grow. */
async function* scanInOrder(
  reader: EventReader,
  organisation: string,
  range: Range,
  order: Order,
  firstStepLength: number,
): AsyncGenerator<StoredEvent> {
  let { from, to } = range;
  for (
    let step = firstStepLength;
    from < to;
    step = Math.max(firstStepLength, Math.min(2 * step, maxStepLength))
  ) {
    const next =
      order === 'asc'
        ? { from, to: Math.min(from + step, to) }
        : { from: Math.max(to - step, from), to };
    const events: StoredEvent[] = [];
    for await (const batch of reader.scan(organisation, next, visibleToVendors))
      events.push(...batch);
    yield* order === 'asc' ? events : events.reverse();
    if (order === 'asc') from = next.to;
    else to = next.from;
  }
}
