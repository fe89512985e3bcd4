import { AnnalsError } from '../../core/errors.ts';
import { formatInstant, type Micros, minute } from '../../core/micros.ts';
import type { EventReader, Order, Range, StoredEvent } from '../../store/event-store.ts';
import { visibleToVendors } from '../dialect.ts';
import { checkNotDropped } from '../dropped-events.ts';
import { type CursorUnit, formatCursor } from './cursor-unit.ts';
import type { PageQuery } from './query.ts';

/** Whether `starting_from` includes the entries of the instant itself or excludes them (wire: CockroachDB 4.1). */
export type StartBound = 'inclusive' | 'exclusive';

/** A contiguous range of a log in the requested order, and the instant from which to request the next. */
export interface Page {
  readonly events: readonly StoredEvent[];
  /** The sequences in which the page goes on, where more events than its limit belong together. */
  readonly rest?: Range;
  /** The size of the log. */
  readonly size: number;
  /** Absent when there can never be more in this direction. */
  readonly next: Micros | undefined;
}

/** Most events on a page, however many belong together. */
const maxPageEvents = 100_000;

/**
 * After this time no event becomes visible that was recorded in a second that is over: until then a commit may be under
 * way, or the clock may be set back.
 */
const settlingTime: Micros = minute;

/**
 * A page by time of recording. It ends where a cursor of the client's precision can say so: with all events of its last
 * instant, or of its last millisecond or second for a client whose cursors are no finer.
 *
 * No event ever becomes visible where a cursor has passed. Times of recording only grow, so it is enough that no
 * cursor is later than the instant after the log's last event: an ascending request from beyond the end is pointed
 * back to it. A descending cursor is always the instant of an event. For a client with a coarser unit the newest unit may
 * still get events, so its cursor stays there until the unit is over: its events come again, and none is missed.
 *
 * Throws `too-large` when more events belong together than a page may have.
 */
export async function readPage(
  reader: EventReader,
  organisation: string,
  query: PageQuery,
  bound: StartBound,
  now: Micros,
): Promise<Page> {
  const { startingFrom, order, limit, unit } = query;
  const start =
    startingFrom && (await reader.sequenceAt(organisation, edge(startingFrom, order, bound)));
  // Retention may have dropped the beginning.
  const first = await reader.sequenceAt(organisation, 0);
  // Read after the start, so that the log is not shorter than it.
  const { size, recordedAt } = await reader.head(organisation);
  const range =
    order === 'asc' ? { from: start ?? first, to: size } : { from: first, to: start ?? size };
  const units = new Units(unit, order, bound);
  const events: StoredEvent[] = [];
  for await (const event of scanInOrder(reader, organisation, range, order, limit + 1)) {
    const last = events.at(-1);
    if (last !== undefined && events.length >= limit) {
      if (units.endOf(event) !== units.endOf(last)) {
        return { events, size, next: units.between(last, event) };
      }
      if (unit > 1) return await readLongPage(event, last);
    }
    events.push(event);
  }
  return { events, size, next: endOfLog(events.at(-1)) };

  /** The page goes on to the end of the unit of its last event. */
  async function readLongPage(next: StoredEvent, last: StoredEvent): Promise<Page> {
    const { from, to } = units.instantsOf(last);
    const [begin, end] = await Promise.all([
      reader.sequenceAt(organisation, from),
      reader.sequenceAt(organisation, to),
    ]);
    const rest =
      order === 'asc'
        ? { from: next.sequence, to: Math.min(end, range.to) }
        : { from: Math.max(begin, range.from), to: next.sequence + 1 };
    if (events.length + rest.to - rest.from > maxPageEvents) throw tooLarge(from, unit);
    const behind =
      order === 'asc' ? { from: rest.to, to: range.to } : { from: range.from, to: rest.from };
    for await (const event of scanInOrder(reader, organisation, behind, order, 1)) {
      return { events, rest, size, next: units.between(last, event) };
    }
    return { events, rest, size, next: endOfLog(last) };
  }

  /** Where to go on when the range has no more events. */
  function endOfLog(last: StoredEvent | undefined): Micros | undefined {
    if (order === 'desc') return undefined;
    if (last !== undefined) return units.after(last, now);
    const end = size === 0 ? 0 : units.after({ recordedAt }, now);
    return Math.min(startingFrom?.floor ?? 0, end);
  }
}

/**
 * The events of the rest of a page, in the order of the page, in batches. Throws `incomplete` when some of them are dropped
 * meanwhile.
 */
export async function* readRest(
  reader: EventReader,
  organisation: string,
  rest: Range,
  order: Order,
): AsyncGenerator<readonly StoredEvent[]> {
  for await (const batch of batchesInOrder(reader, organisation, rest, order, maxStepLength)) {
    await checkNotDropped(reader, organisation, undefined, ({ before }) => before > rest.from);
    yield batch;
  }
}

type Recorded = Pick<StoredEvent, 'recordedAt'>;

/**
 * The units of time that a client's cursors can tell apart. What a cursor bounds belongs to one side of it alone, so
 * where it lies on a whole unit decides the order and the meaning of the bound.
 */
class Units {
  readonly #unit: Micros;
  readonly #bound: StartBound;
  /** Whether an instant that is a whole unit ends one; otherwise it begins one. */
  readonly #endsUnit: boolean;

  constructor(unit: CursorUnit, order: Order, bound: StartBound) {
    this.#unit = unit;
    this.#bound = bound;
    this.#endsUnit = (order === 'asc') === (bound === 'exclusive');
  }

  /** The whole unit by which all events of one unit are known. */
  endOf({ recordedAt }: Recorded): Micros {
    const whole = this.#endsUnit ? Math.ceil : Math.floor;
    return whole(recordedAt / this.#unit) * this.#unit;
  }

  /** The instants of the unit of an event, half-open. */
  instantsOf(event: Recorded): Range {
    const end = this.endOf(event);
    return this.#endsUnit
      ? { from: end - this.#unit + 1, to: end + 1 }
      : { from: end, to: end + this.#unit };
  }

  /** The cursor between two neighbours in different units. */
  between(last: Recorded, next: Recorded): Micros {
    return this.endOf(this.#bound === 'inclusive' ? next : last);
  }

  /** The ascending cursor behind the log's last event, or at its unit while this may get more events. */
  after(last: Recorded, now: Micros): Micros {
    const end = this.#bound === 'inclusive' ? this.endOf(last) + this.#unit : this.endOf(last);
    // Times of recording grow, so an instant that has an event gets no other.
    return this.#unit === 1 || now >= end + settlingTime ? end : end - this.#unit;
  }
}

function tooLarge(from: Micros, unit: CursorUnit): AnnalsError {
  return new AnnalsError(
    'too-large',
    `more than ${maxPageEvents} entries belong to ${formatCursor(from, unit)}, which a cursor of this precision cannot divide: give starting_from with six fraction digits, such as ${formatInstant(from)}`,
  );
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

/** The events of a range in either direction. */
async function* scanInOrder(
  reader: EventReader,
  organisation: string,
  range: Range,
  order: Order,
  firstStepLength: number,
): AsyncGenerator<StoredEvent> {
  for await (const batch of batchesInOrder(reader, organisation, range, order, firstStepLength)) {
    yield* batch;
  }
}

/** Reads in steps that begin small and grow. */
async function* batchesInOrder(
  reader: EventReader,
  organisation: string,
  range: Range,
  order: Order,
  firstStepLength: number,
): AsyncGenerator<readonly StoredEvent[]> {
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
    yield order === 'asc' ? events : events.reverse();
    if (order === 'asc') from = next.to;
    else to = next.from;
  }
}
