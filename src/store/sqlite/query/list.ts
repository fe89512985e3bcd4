import type { Place } from '../../../core/cursor.ts';
import type { Filter } from '../../../core/filter.ts';
import type { ListQuery, Order, StoredEvent } from '../../event-store.ts';
import { type PartOfStretch, partsInOrder } from './parts-in-order.ts';
import { type Question, translate } from './question.ts';
import type { Stretch } from './segment.ts';
import { newMask, select } from './select.ts';
import { mayHold } from './selections.ts';
import type { Slices } from './slices.ts';

/** An event that belongs to the answer, not read yet. */
export interface Hit extends Place {
  readonly stretch: Stretch;
  readonly row: number;
}

/** One page of events. */
export function* list(stretches: readonly Stretch[], query: ListQuery): Slices<StoredEvent[]> {
  return read(yield* listHits(stretches, query));
}

/**
 * The places of one page. Parts are visited in the order of the times they may hold, and no further than needed: a hit is settled
 * once no part that is left can hold an earlier place. In a log written in order of time that takes one or two parts
 * a page; with imports as many as overlap.
 */
export function* listHits(stretches: readonly Stretch[], query: ListQuery): Slices<Hit[]> {
  const { order, after, limit } = query;
  const compare = order === 'asc' ? ascending : (a: Place, b: Place) => ascending(b, a);
  const filter = narrowed(query.filter, order, after);
  const questions = questionsOf(filter, query.snapshot);
  const page: Hit[] = [];
  let skip = query.skip ?? 0;
  let waiting: Hit[] = [];
  const settle = (hits: readonly Hit[]) => {
    page.push(...hits.slice(skip, skip + limit - page.length));
    skip = Math.max(0, skip - hits.length);
  };

  const possible = stretches.filter((stretch) => mayHold(stretch, filter));
  for (const place of partsInOrder(possible, order)) {
    const { earliest, latest } = place.part;
    const unsettled = waiting.findIndex(({ createdAt }) =>
      order === 'asc' ? createdAt >= earliest : createdAt <= latest,
    );
    settle(waiting.splice(0, unsettled === -1 ? waiting.length : unsettled));
    const needed = skip + limit - page.length;
    if (needed === 0) break;
    if (!mayHold(place.part, filter)) continue;
    const question = questions(place.stretch);
    if (question === undefined) continue;
    const hits = firstHits(place, question, order, needed, after);
    if (hits.length > 0) waiting = [...waiting, ...hits].sort(compare).slice(0, needed);
    yield;
  }
  settle(waiting);
  return page;
}

/** Each stretch's form of the filter; those of one segment share it. */
function questionsOf(filter: Filter, snapshot = Number.POSITIVE_INFINITY) {
  const questions = new Map<Stretch, Question | undefined>();
  return (stretch: Stretch): Question | undefined => {
    if (!questions.has(stretch)) {
      const question = translate(filter, { from: 0, to: snapshot }, stretch.values);
      questions.set(stretch, question);
    }
    return questions.get(stretch);
  };
}

/** The filter without what lies before the place, to the microsecond. */
function narrowed(filter: Filter, order: Order, after: Place | undefined): Filter {
  if (after === undefined) return filter;
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = filter;
  return order === 'asc'
    ? { ...filter, from: Math.max(from, after.createdAt), to }
    : { ...filter, from, to: Math.min(to, after.createdAt + 1) };
}

/** The first of a part's matching events, in order, at most as many as needed. */
function firstHits(
  { stretch, part }: PartOfStretch,
  question: Question,
  order: Order,
  needed: number,
  after: Place | undefined,
): Hit[] {
  const mask = newMask(part);
  if (select(part, stretch.log, question, mask) === 0) return [];
  const createdAt = part.createdAt();
  const sequences = part.sequences();
  const rows: number[] = [];
  let sorted = true;
  let latest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < part.rows; row += 1) {
    if (mask[row] === 0 || beforePlace(createdAt[row]!, sequences[row]!, order, after)) continue;
    rows.push(row);
    if (createdAt[row]! < latest) sorted = false;
    latest = createdAt[row]!;
  }
  if (!sorted) rows.sort((a, b) => createdAt[a]! - createdAt[b]! || a - b);
  const first = order === 'asc' ? rows.slice(0, needed) : rows.slice(-needed).reverse();
  return first.map((row) => ({
    stretch,
    row: part.firstRow + row,
    createdAt: createdAt[row]!,
    sequence: sequences[row]!,
  }));
}

/** Whether the place is `after` itself or comes before it. The window has seen to other times. */
function beforePlace(
  createdAt: number,
  sequence: number,
  order: Order,
  after: Place | undefined,
): boolean {
  if (after === undefined || createdAt !== after.createdAt) return false;
  return order === 'asc' ? sequence <= after.sequence : sequence >= after.sequence;
}

/** Reads each segment's events together. */
function read(page: readonly Hit[]): StoredEvent[] {
  const events = new Map<Hit, StoredEvent>();
  for (const [stretch, hits] of Map.groupBy(page, (hit) => hit.stretch)) {
    const found = stretch.events(hits.map(({ row }) => row));
    for (const [index, hit] of hits.entries()) events.set(hit, found[index]!);
  }
  return page.map((hit) => events.get(hit)!);
}

function ascending(a: Place, b: Place): number {
  return a.createdAt - b.createdAt || a.sequence - b.sequence;
}
