import { createHash } from 'node:crypto';
import { Retrier, type RetrySettings } from '../../client/retry.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { Micros } from '../../core/micros.ts';
import type { Window } from '../../core/window.ts';
import type { EntryFacts, Shortfall } from '../stages.ts';
import { ListOrderDetector, noOrderCounts, type OrderCounts } from './list-order.ts';
import { RepeatedPages } from './repeated-pages.ts';
import { Rounds } from './rounds.ts';

/** What a page says about its list. */
export interface PageInfo {
  /** How many objects were requested. */
  readonly size: number;
  /** How many objects the list has, as its server says, if it does: vendors are wrong about it. */
  readonly total?: number | undefined;
}

/** A page as a walk remembers it: its objects were yielded while they came. */
interface Page extends PageInfo {
  readonly objects: readonly EntryFacts[];
}

type PagePosition = Pick<WalkState, 'pages' | 'objects'>;

export interface WalkOptions<T extends EntryFacts> {
  readonly window: Window;
  /** Requests the page at a position once, and yields its objects as they arrive. */
  readonly requestPage: (position: PagePosition) => AsyncGenerator<readonly T[], PageInfo>;
  /** A page that fails is requested again, and the objects that had come are yielded again. */
  readonly retry: RetrySettings;
  readonly signal: AbortSignal;
  /** The state of an earlier walk, which this one continues. */
  readonly resumed?: WalkState | undefined;
}

/** A few objects of the list, and the state of the walk once they are durable; absent in the middle of a page. */
export interface WalkStep<T> {
  readonly objects: readonly T[];
  readonly state?: WalkState;
}

/** The state of a walk: plain JSON, for a position. */
export interface WalkState {
  /** Pages read so far in this round, and objects received with them. */
  readonly pages: number;
  readonly objects: number;
  readonly round: number;
  /** The first page at the beginning of the round: its fingerprint, and the time of its newest object. */
  readonly first: string;
  readonly newest: Micros | null;
  /** What the round has shown about the order of the list. */
  readonly order: OrderCounts;
  /** Pages without objects in a row. */
  readonly empty: number;
  /** Objects received in this round, without those that empty pages stand for. Absent in journals of 0.1. */
  readonly received?: number;
  /**
   * Of the round that ended last: how many objects its list had more than it gave, as its server said. If the walk is
   * done, the round before it lacked objects too.
   */
  readonly missing?: number;
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
  received: 0,
  done: false,
};

/**
 * A list may be in the order in which its objects arrived, and many that arrived late are together. So one page outside the
 * window is not yet its end.
 */
const pagesPastWindow = 2;
/** How often one run walks a list that shifts before it gives up. */
const maxRounds = 10;
/** A list that has more pages, as its server says, after this many without objects is not read to its end: an error. */
const maxEmpty = 1_000;

/**
 * Walks a list that is read by page number or offset while it grows and shrinks, and whose order is not documented (wire:
 * Thalassa 3.6, UpCloud 3.4). Pages are read one after the other, in ascending order:
 *
 * - What arrives moves objects to later pages, which are read later: some objects come twice, none is lost, in any order
 *   of the list.
 * - What retention removes moves objects to earlier pages. In a list that is newest first only the end shrinks, so nothing
 *   is lost, and the walk can stop two pages after the window. In one that is oldest first the first page then differs
 *   from what it was; in an unknown order nothing shows it. In both cases the list is walked again until it is certain
 *   that nothing was missed.
 *
 * A page is the last one when it is empty and the total, if there is one, is reached. It is also the last one when it is
 * the first, short, and has as many objects as the total says. Neither a total nor a short page is enough alone. If a list
 * that was walked to its end gave fewer objects than its total, it is walked once more, and the last state says whether
 * objects were missing both times.
 *
 * Throws `incomplete` when several pages in a row bring nothing new: then the page number is ignored.
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
    const repeated = new RepeatedPages();
    let pagesPast = 0;
    let missing = 0;
    for (let ended = false; !ended; ) {
      const page = yield* readPage(options, state);
      order.addPage(page.objects);
      repeated.addPage(page.objects);
      // A list that seems to need no second round is not remembered.
      if (order.order === 'newest-first' && state.round === resumed.round) rounds.skipPage();
      else rounds.addPage(page.objects);
      state = nextState(state, page.objects, order.counts);
      pagesPast = order.isPastWindow(window, page.objects) ? pagesPast + 1 : 0;
      const isEnd = isLast(page, state);
      if (isEnd) missing = Math.max(0, (page.total ?? 0) - receivedIn(state));
      ended = isEnd || pagesPast === pagesPastWindow;
      // After an empty page others may follow: their offset is a page further.
      if (state.empty > 0 && !ended) state = { ...state, objects: state.objects + page.size };
      yield { objects: [], state };
    }
    const again = { ...initialWalkState, round: state.round + 1, missing };
    if (missing > 0 && (state.missing ?? 0) === 0) {
      // Something may have been removed between the total and the end of the list. The next round shows it.
      state = again;
    } else if (order.order === 'newest-first') {
      yield* catchUp(options, state);
      state = { ...state, missing, done: true };
    } else {
      const missedNothing = rounds.end();
      const { objects: head } = yield* readPage(options, initialWalkState);
      const onePage = head.length === state.objects;
      const unchanged =
        (order.order === 'oldest-first' || onePage) && fingerprintOf(head) === state.first;
      state = unchanged || missedNothing ? { ...state, missing, done: true } : again;
    }
    yield { objects: [], state };
  }
}

/** The objects that a newest-first list got since the round began, down to the newest one of that time. */
async function* catchUp<T extends EntryFacts>(
  options: WalkOptions<T>,
  state: WalkState,
): AsyncGenerator<WalkStep<T>> {
  const { from } = options.window;
  const reached = Math.max(state.newest ?? from, from);
  let position: PagePosition = initialWalkState;
  const repeated = new RepeatedPages();
  for (;;) {
    const { objects } = yield* readPage(options, position);
    repeated.addPage(objects);
    if (objects.length === 0 || objects.some(({ at }) => at <= reached)) return;
    position = {
      pages: position.pages + 1,
      objects: position.objects + objects.length,
    };
  }
}

/** Yields the objects of a page as they come, with retries, and keeps only their ids and times. */
async function* readPage<T extends EntryFacts>(
  { requestPage, retry, signal }: WalkOptions<T>,
  position: PagePosition,
): AsyncGenerator<WalkStep<T>, Page> {
  const retrier = new Retrier(retry);
  for (;;) {
    const seen: EntryFacts[] = [];
    try {
      await using batches = requestPage(position);
      for (;;) {
        const batch = await batches.next();
        if (batch.done === true) return { ...batch.value, objects: seen };
        for (const { id, at } of batch.value) seen.push({ id, at });
        yield { objects: batch.value };
      }
    } catch (error) {
      await retrier.wait(error, signal);
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
    received: receivedIn(state) + objects.length,
  };
}

const receivedIn = ({ received, objects }: WalkState): number => received ?? objects;

/** What the walks of all parts of a list lacked, when each of them is done. */
export function shortfallOf(states: readonly WalkState[]): Shortfall | undefined {
  const missing = states.reduce((sum, state) => sum + (state.missing ?? 0), 0);
  if (missing === 0 || !states.every(({ done }) => done)) return undefined;
  const received = states.reduce((sum, state) => sum + receivedIn(state), 0);
  return { expected: received + missing, received };
}

/** Whether the page that led to this state is the last one. */
function isLast({ objects, size, total }: Page, state: WalkState): boolean {
  const { pages, objects: reached, empty } = state;
  if (objects.length > 0) return pages === 1 && objects.length < size && reached === total;
  if (total === undefined || reached >= total) return true;
  if (empty < maxEmpty) return false;
  throw new AnnalsError(
    'incomplete',
    `Cannot read the list to its end: it should have ${total} objects, but ${empty} pages in a row were empty`,
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
    `Cannot read the list to its end: it was read ${maxRounds} times and changed every time`,
  );
}
