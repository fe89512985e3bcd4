import { createHash } from 'node:crypto';
import { Retrier, type RetrySettings } from '../../client/retry.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { Micros } from '../../core/micros.ts';
import type { Window } from '../../core/window.ts';
import type { EntryFacts } from '../stages.ts';
import { ListOrderDetector, noOrderCounts, type OrderCounts } from './list-order.ts';
import { Rounds } from './rounds.ts';

/** What was said about a list beside a page of it. */
export interface PageInfo {
  /** How many objects were asked for. */
  readonly size: number;
  /** How many objects the list is said to have, if it is said: vendors are wrong about it. */
  readonly total?: number | undefined;
}

/** A page as a walk remembers it: its objects have been handed on while they came. */
interface Page extends PageInfo {
  readonly objects: readonly EntryFacts[];
}

type PagePosition = Pick<WalkState, 'pages' | 'objects'>;

export interface WalkOptions<T extends EntryFacts> {
  readonly window: Window;
  /** Asks once for the page at a place and gives its objects as they arrive. */
  readonly requestPage: (place: PagePosition) => AsyncGenerator<readonly T[], PageInfo>;
  /** What fails is asked again, and the objects that had come are given again. */
  readonly retry: RetrySettings;
  readonly signal: AbortSignal;
  /** Where an earlier walk stood. */
  readonly resumed?: WalkState | undefined;
}

/** A few objects of the list, and where the walk stands once they are safe; absent in the middle of a page. */
export interface WalkStep<T> {
  readonly objects: readonly T[];
  readonly state?: WalkState;
}

/** Where a walk stands: plain JSON, for a position. */
export interface WalkState {
  /** Pages read so far in this round, and objects received with them. */
  readonly pages: number;
  readonly objects: number;
  readonly round: number;
  /** The first page as the round found it: a mark of it, and the time of its newest object. */
  readonly first: string;
  readonly newest: Micros | null;
  /** What the round has shown of the order of the list. */
  readonly order: OrderCounts;
  /** Pages without objects in a row. */
  readonly empty: number;
  readonly done: boolean;
}

export const initialWalkState: WalkState = {
  pages: 0,
  objects: 0,
  round: 1,
  first: '',
  newest: null,
  order: noOrderCounts,
  empty: 0,
  done: false,
};

/**
 * A list may be in the order in which its objects arrived, and many that arrived late stand together; so one page outside
 * the window is not taken for its end.
 */
const pagesBehind = 2;
/** How often a list that shifts is walked in one run before it is given up for now. */
const maxRounds = 10;
/** A list that is said to go on after so many pages without objects is not believed any more, nor is it called whole. */
const maxEmpty = 1_000;

/**
 * Walks a list that is read by page number or offset while it grows and shrinks, and whose order nobody promises (wire:
 * Thalassa 3.6, UpCloud 3.4). Pages are read one after the other, in ascending order:
 *
 * - What arrives pushes objects onto later pages, which are read later: repetitions, no loss, in any order of the list.
 * - What retention takes away pulls objects onto earlier pages. Newest first only the end shrinks, so nothing is lost,
 *   and the walk can stop some way behind the window. Oldest first the first page then differs from what it was; in an
 *   unknown order nothing shows it. In both cases the list is walked again until it is known that nothing was missed.
 *
 * A page is the last one when it is empty and not said to be followed by others, or when it is the first, short, and as
 * long as the list is said to be: neither a total nor a short page is believed alone.
 */
export async function* walkPages<T extends EntryFacts>(
  options: WalkOptions<T>,
): AsyncGenerator<WalkStep<T>> {
  const { window, resumed = initialWalkState } = options;
  const rounds = new Rounds(window);
  let state = resumed;
  while (!state.done) {
    if (state.round - resumed.round === maxRounds) throw unstableListError();
    const order = new ListOrderDetector(state.order);
    rounds.begin(state.pages === 0);
    let behind = 0;
    for (let ended = false; !ended; ) {
      const page = yield* readPage(options, state);
      order.addPage(page.objects);
      // A list that seems to need no second round need not be remembered.
      if (order.order === 'newest-first' && state.round === resumed.round) rounds.skipPage();
      else rounds.addPage(page.objects);
      state = nextState(state, page.objects, order.counts);
      behind = order.isPastWindow(window, page.objects) ? behind + 1 : 0;
      ended = isLast(page, state) || behind === pagesBehind;
      // Behind objects that were left out of an answer others may follow.
      if (state.empty > 0 && !ended) state = { ...state, objects: state.objects + page.size };
      yield { objects: [], state };
    }
    if (order.order === 'newest-first') {
      yield* catchUp(options, state);
      state = { ...state, done: true };
    } else {
      const missedNothing = rounds.end();
      const { objects: head } = yield* readPage(options, initialWalkState);
      const onePage = head.length === state.objects;
      const unchanged =
        (order.order === 'oldest-first' || onePage) && fingerprintOf(head) === state.first;
      state =
        unchanged || missedNothing
          ? { ...state, done: true }
          : { ...initialWalkState, round: state.round + 1 };
    }
    yield { objects: [], state };
  }
}

/** What came on top of a newest-first list since the round began, down to where it began. */
async function* catchUp<T extends EntryFacts>(
  options: WalkOptions<T>,
  state: WalkState,
): AsyncGenerator<WalkStep<T>> {
  const { from } = options.window;
  const reached = Math.max(state.newest ?? from, from);
  let place: PagePosition = initialWalkState;
  for (;;) {
    const { objects } = yield* readPage(options, place);
    if (objects.length === 0 || objects.some(({ at }) => at <= reached)) return;
    place = { pages: place.pages + 1, objects: place.objects + objects.length };
  }
}

/** Hands on the objects of a page as they come, in as many attempts as it takes, and keeps no more than their facts. */
async function* readPage<T extends EntryFacts>(
  { requestPage, retry, signal }: WalkOptions<T>,
  position: PagePosition,
): AsyncGenerator<WalkStep<T>, Page> {
  const trying = new Retrier(retry);
  for (;;) {
    const seen: EntryFacts[] = [];
    try {
      await using pieces = requestPage(position);
      for (;;) {
        const piece = await pieces.next();
        if (piece.done === true) return { ...piece.value, objects: seen };
        for (const { id, at } of piece.value) seen.push({ id, at });
        yield { objects: piece.value };
      }
    } catch (error) {
      await trying.wait(error, signal);
    }
  }
}

function nextState(
  state: WalkState,
  objects: readonly EntryFacts[],
  order: OrderCounts,
): WalkState {
  const start = state.pages === 0;
  return {
    ...state,
    pages: state.pages + 1,
    objects: state.objects + objects.length,
    first: start ? fingerprintOf(objects) : state.first,
    newest: start ? newestOf(objects) : state.newest,
    order,
    empty: objects.length === 0 ? state.empty + 1 : 0,
  };
}

/** Whether the page that led to this state is the last one. */
function isLast({ objects, size, total }: Page, state: WalkState): boolean {
  const { pages, objects: reached, empty } = state;
  if (objects.length > 0) return pages === 1 && objects.length < size && reached === total;
  if (total === undefined || reached >= total) return true;
  if (empty < maxEmpty) return false;
  throw new AnnalsError(
    'incomplete',
    `Cannot read the list to its end: it is said to have ${total} objects, but ${empty} pages in a row were empty`,
  );
}

function fingerprintOf(objects: readonly EntryFacts[]): string {
  const hash = createHash('sha256');
  for (const { id } of objects) hash.update(`${id}\n`);
  return hash.digest('base64url').slice(0, 16);
}

function newestOf(objects: readonly EntryFacts[]): Micros | null {
  return objects.reduce<Micros | null>((most, { at }) => Math.max(most ?? at, at), null);
}

function unstableListError(): AnnalsError {
  return new AnnalsError(
    'unavailable',
    `Cannot read the list to its end: it was walked ${maxRounds} times and shifted every time`,
  );
}
