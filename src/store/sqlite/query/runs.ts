import type { Place } from '../../../core/cursor.ts';
import { type Filter, mayHold } from '../../../core/filter.ts';
import type { ListQuery, Order } from '../../event-store.ts';
import { isAsked } from './count.ts';
import type { KnownCounts } from './known-counts.ts';
import { Merge } from './merge.ts';
import { PartsInOrder } from './parts-in-order.ts';
import { type Question, translate } from './question.ts';
import { firstRun, type Run } from './run.ts';
import { isEmpty, type Stretch } from './segment.ts';
import { newRoom } from './select.ts';
import { skipAhead } from './skip-ahead.ts';
import type { Slices } from './slices.ts';
import { countTallied } from './tallied.ts';

/**
 * The events of one page. Parts are visited in the order of the times they may hold, and no further than needed: an
 * event is settled once no part that is left can hold an earlier place. In a log written in order of time that takes
 * one or two parts a page; with imports as many as overlap.
 */
export function* listRuns(
  stretches: readonly Stretch[],
  asked: ListQuery,
  known: KnownCounts,
): Slices<Run[]> {
  const holding = stretches.filter((stretch) => known.of(stretch) !== 0);
  const query = yield* skipAhead(holding, asked, known);
  const { order, after } = query;
  const filter = narrowed(query.filter, order, after);
  const questions = questionsOf(filter, query.snapshot);
  const page = new Page(query);
  const room = newRoom();
  const possible = holding.filter((stretch) => mayHold(stretch, filter));
  const barren = new Barren(query, known);
  const queue = new PartsInOrder(possible, order);
  for (let next = queue.next(); next !== undefined; next = queue.next()) {
    const { stretch, part } = next;
    const { earliest, latest } = part ?? stretch;
    page.settle(({ createdAt }) => (order === 'asc' ? createdAt < earliest : createdAt > latest));
    if (page.needed === 0) break;
    if (part === undefined) {
      if (!isEmpty(stretch) && questions(stretch) !== undefined) queue.open(stretch);
      else barren.noteAll(stretch);
    } else if (mayHold(part, filter)) {
      const wanted = { order, after, needed: page.needed, room };
      const run = firstRun({ stretch, part }, questions(stretch)!, wanted);
      if (run !== undefined) page.add(run);
      else barren.note(stretch);
    }
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

/**
 * Notices stretches without an event that answers the question, so that none of them is looked at again: pages with few
 * or no events would otherwise go through all of them each time.
 */
class Barren {
  readonly #query: ListQuery;
  readonly #known: KnownCounts;
  /** Parts of a stretch that were not looked at yet. */
  readonly #left = new Map<Stretch, number>();

  constructor(query: ListQuery, known: KnownCounts) {
    this.#query = query;
    this.#known = known;
  }

  /** Nothing was found in one of its parts. */
  note(stretch: Stretch): void {
    if (this.#query.after !== undefined || stretch.segment === undefined) return;
    const left = (this.#left.get(stretch) ?? stretch.parts.length) - 1;
    this.#left.set(stretch, left);
    if (left === 0) this.noteAll(stretch);
  }

  /** Nothing is in this stretch. */
  noteAll(stretch: Stretch): void {
    const { after, filter, snapshot = Number.POSITIVE_INFINITY } = this.#query;
    if (after !== undefined || !isAsked(stretch, filter, { from: 0, to: snapshot })) return;
    this.#known.keep(stretch, 0);
  }
}

/** Each stretch's form of the filter; undefined when it is told that no event of the stretch matches. */
function questionsOf(filter: Filter, snapshot = Number.POSITIVE_INFINITY) {
  const questions = new Map<Stretch, Question | undefined>();
  return (stretch: Stretch): Question | undefined => {
    if (!questions.has(stretch)) {
      const question = translate(filter, { from: 0, to: snapshot }, stretch.values);
      const isNone = question !== undefined && countTallied(stretch, question) === 0;
      questions.set(stretch, isNone ? undefined : question);
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
