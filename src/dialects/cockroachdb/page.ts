import type { Micros } from '../../core/micros.ts';
import type { EventReader, Order, Range, StoredEvent } from '../../store/event-store.ts';
import { visibleToVendors } from '../shown.ts';
import type { PageQuery } from './query.ts';

/** Whether `starting_from` takes the entries of the instant itself in or leaves them out (wire: CockroachDB 4.1). */
export type StartBound = 'inclusive' | 'exclusive';

/** A contiguous stretch of a log in the order asked for, and the instant from which to ask for the next. */
export interface Page {
  readonly events: readonly StoredEvent[];
  /** Absent when the direction is exhausted for good. */
  readonly next: Micros | undefined;
}

/**
 * A page by time of recording, with all events of its last instant, so that an instant alone can say where to go on.
 *
 * No event ever becomes visible where a cursor has passed. Times of recording only grow, so it is enough that no
 * cursor lies behind the instant after the log's last event: going up, a request from beyond the end is pointed
 * back to it. Going down, a cursor is always the instant of an event.
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
  // Retention may have taken the beginning away.
  const first = await reader.sequenceAt(organisation, 0);
  // Looked at after the start, the log is not shorter than it.
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

/** The instant whose first event begins what lies ahead going up, and ends it going down. */
function edge(
  { floor, ceil }: NonNullable<PageQuery['startingFrom']>,
  order: Order,
  bound: StartBound,
): Micros {
  if (order === 'asc') return bound === 'inclusive' ? ceil : floor + 1;
  return bound === 'inclusive' ? floor + 1 : ceil;
}

const maxStepLength = 1_000;

/** The events of a stretch in either direction, read in steps that begin small and grow. */
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
    const part =
      order === 'asc'
        ? { from, to: Math.min(from + step, to) }
        : { from: Math.max(to - step, from), to };
    const events: StoredEvent[] = [];
    for await (const batch of reader.scan(organisation, part, visibleToVendors))
      events.push(...batch);
    yield* order === 'asc' ? events : events.reverse();
    if (order === 'asc') from = part.to;
    else to = part.from;
  }
}
