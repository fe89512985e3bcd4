import type { Place } from '../../../core/cursor.ts';
import { type Filter, mayHold } from '../../../core/filter.ts';
import type { ListQuery, Order } from '../../event-store.ts';
import { Merge } from './merge.ts';
import { partsInOrder } from './parts-in-order.ts';
import { type Question, translate } from './question.ts';
import { firstRun, type Run } from './run.ts';
import type { Stretch } from './segment.ts';
import { newRoom } from './select.ts';
import type { Slices } from './slices.ts';

/**
 * The events of one page. Parts are visited in the order of the times they may hold, and no further than needed: an
 * event is settled once no part that is left can hold an earlier place. In a log written in order of time that takes
 * one or two parts a page; with imports as many as overlap.
 */
export function* listRuns(stretches: readonly Stretch[], query: ListQuery): Slices<Run[]> {
  const { order, after } = query;
  const filter = narrowed(query.filter, order, after);
  const questions = questionsOf(filter, query.snapshot);
  const page = new Page(query);
  const room = newRoom();
  const possible = stretches.filter((stretch) => mayHold(stretch, filter));
  for (const place of partsInOrder(possible, order)) {
    const { earliest, latest } = place.part;
    page.settle(({ createdAt }) => (order === 'asc' ? createdAt < earliest : createdAt > latest));
    if (page.needed === 0) break;
    if (!mayHold(place.part, filter)) continue;
    const question = questions(place.stretch);
    if (question === undefined) continue;
    const run = firstRun(place, question, { order, after, needed: page.needed, room });
    if (run !== undefined) page.add(run);
    yield;
  }
  page.settle(() => true);
  return page.runs;
}

class Page {
  readonly runs: Run[] = [];
  readonly #merge: Merge;
  #skip: number;
  #wanted: number;

  constructor({ order, skip = 0, limit }: ListQuery) {
    this.#merge = new Merge(order);
    this.#skip = skip;
    this.#wanted = limit;
  }

  /** How many more events decide what is on it. */
  get needed(): number {
    return this.#skip + this.#wanted;
  }

  add(run: Run): void {
    this.#merge.add(run, this.needed);
  }

  settle(isSettled: (place: Place) => boolean): void {
    for (const run of this.#merge.take(this.needed, isSettled)) {
      const skipped = Math.min(this.#skip, run.length);
      this.#skip -= skipped;
      if (skipped === run.length) continue;
      this.#wanted -= run.length - skipped;
      this.runs.push(run.slice(skipped));
    }
  }
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
