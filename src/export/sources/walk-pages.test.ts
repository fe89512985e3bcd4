/**
 * A walk over a list in memory that changes with every page requested. `ANNALS_TEST_RUNS` sets how many lists are tried,
 * and `ANNALS_TEST_SEED` which ones.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AnnalsError } from '../../core/errors.ts';
import type { EntryFacts } from '../stages.ts';
import { initialWalkState, shortfallOf, type WalkState, walkPages } from './walk-pages.ts';

const seed = process.env.ANNALS_TEST_SEED;
const params = {
  numRuns: Number(process.env.ANNALS_TEST_RUNS ?? 1_000),
  ...(seed !== undefined && { seed: Number(seed) }),
};

const window = { from: 100, to: 200 };
const retry = { sleep: async () => undefined, random: () => 0, notify: () => undefined };

type Order = 'newest' | 'oldest' | 'unsorted';

interface Listed extends EntryFacts {
  /** Its position in a list that is not sorted by time. */
  readonly key: number;
}

const orders: Readonly<Record<Order, (one: Listed, other: Listed) => number>> = {
  newest: (one, other) => other.at - one.at || one.key - other.key,
  oldest: (one, other) => one.at - other.at || one.key - other.key,
  unsorted: (one, other) => one.key - other.key,
};

/** What happens to the list before its page request of this number, from 0. */
interface Change {
  readonly beforeRequest: number;
  readonly arrive?: number;
  readonly forget?: number;
}

interface Case {
  readonly times: readonly number[];
  readonly order: Order;
  readonly changes: readonly Change[];
  readonly limit: number;
  /** How many pages each run reads before it is interrupted. */
  readonly breaks: readonly number[];
}

const time = fc.integer({ min: 60, max: 240 });
const cases: fc.Arbitrary<Case> = fc.record({
  times: fc.array(time, { maxLength: 40 }),
  order: fc.constantFrom<Order>('newest', 'oldest', 'unsorted'),
  changes: fc.array(
    fc.oneof(
      fc.record({ beforeRequest: fc.nat(30), arrive: time }),
      fc.record({ beforeRequest: fc.nat(30), forget: fc.nat(3) }),
    ),
    { maxLength: 6 },
  ),
  limit: fc.constantFrom(1, 2, 3, 7),
  breaks: fc.array(fc.nat(15), { maxLength: 2 }),
});

class List {
  readonly #order: Order;
  readonly #changes: readonly Change[];
  readonly #all = new Map<string, Listed>();
  readonly #gone = new Set<string>();
  requests = 0;

  constructor({ times, order, changes }: Pick<Case, 'times' | 'order' | 'changes'>) {
    this.#order = order;
    this.#changes = changes;
    for (const at of times) this.#add(at);
  }

  get shown(): Listed[] {
    const shown = [...this.#all.values()].filter(({ id }) => !this.#gone.has(id));
    return shown.sort(orders[this.#order]);
  }

  page(pages: number, limit: number): Listed[] {
    for (const { beforeRequest, arrive, forget = 0 } of this.#changes) {
      if (beforeRequest !== this.requests) continue;
      if (arrive !== undefined) this.#add(arrive);
      const oldest = this.shown.sort(orders.oldest).slice(0, forget);
      for (const { id } of oldest) this.#gone.add(id);
    }
    this.requests += 1;
    return this.shown.slice(pages * limit, (pages + 1) * limit);
  }

  #add(at: number): void {
    const id = `e${this.#all.size}`;
    this.#all.set(id, { id, at, key: (this.#all.size * 7_919) % 1_009 });
  }
}

/** Walks a list, and continues where it was interrupted. Resolves with the ids received. */
async function walk(list: List, { limit, breaks }: Pick<Case, 'limit' | 'breaks'>) {
  const received = new Set<string>();
  let resumed: WalkState = initialWalkState;
  for (const pages of [...breaks, Number.POSITIVE_INFINITY]) {
    const first = list.requests;
    const steps = walkPages<Listed>({
      window,
      retry,
      signal: new AbortController().signal,
      resumed,
      async *requestPage(position) {
        yield list.page(position.pages, limit);
        return { size: limit };
      },
    });
    for await (const { objects, state } of steps) {
      for (const { id } of objects) received.add(id);
      resumed = state ?? resumed;
      if (state !== undefined && list.requests - first > pages) break;
    }
  }
  return received;
}

interface SentPage {
  readonly ids: readonly number[];
  readonly total?: number;
}

/** Walks a list whose server sends these pages, by the number of the request and of the page, from 0. */
async function walkScript(pageAt: (request: number, page: number) => SentPage) {
  let requests = 0;
  let last: WalkState = initialWalkState;
  const received = new Set<string>();
  const steps = walkPages({
    window,
    retry,
    signal: new AbortController().signal,
    async *requestPage({ pages }) {
      const { ids, total } = pageAt(requests, pages);
      requests += 1;
      yield ids.map((number) => ({ id: `e${number}`, at: 200 - number }));
      return { size: 3, total };
    },
  });
  const ended = (async () => {
    for await (const { objects, state } of steps) {
      for (const { id } of objects) received.add(id);
      last = state ?? last;
    }
  })();
  const error = await ended.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { requests, received: received.size, error, shortfall: shortfallOf([last]) };
}

describe('a walk over a list that is wrong', () => {
  it('ends when page after page repeats what came before, with or without a total', async () => {
    const page = { ids: [1, 2, 3] };
    for (const pageAt of [
      () => page,
      () => ({ ...page, total: 90 }),
      (request: number) => (request % 2 === 0 ? page : { ids: [4, 5, 6] }),
    ]) {
      const { error, requests, received } = await walkScript(pageAt);
      assert.match(String(error), /10 pages in a row had nothing but entries of earlier pages/);
      assert.equal((error as AnnalsError).code, 'incomplete');
      assert.equal(requests, received / 3 + 10);
    }
  });

  it('walks once more when its total says that something is missing, and tells if it stays so', async () => {
    const list = (total: number, page: number) => ({ ids: page === 0 ? [1, 2] : [], total });
    const short = await walkScript((_, page) => list(5, page));
    assert.deepEqual(short.shortfall, { expected: 5, received: 2 });
    const later = await walkScript((request, page) => list(request < 2 ? 5 : 2, page));
    assert.equal(later.shortfall, undefined);
    assert.ok(later.requests > 2);
    const low = await walkScript((_, page) => list(1, page));
    assert.equal(low.shortfall, undefined);
  });
});

describe('a walk over a list that shifts', () => {
  it('yields all that was there from the first page to the last, also when it is interrupted', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (drawn) => {
        const list = new List(drawn);
        const before = list.shown;
        const received = await walk(list, drawn);
        const after = new Set(list.shown.map(({ id }) => id));
        const owed = before.filter(({ id, at }) => after.has(id) && at >= 100 && at < 200);
        assert.deepEqual(
          owed.filter(({ id }) => !received.has(id)),
          [],
        );
      }),
      params,
    );
  });

  it('continues after objects that arrived late, in a list in order of arrival', async () => {
    const range = (count: number, first: number) =>
      Array.from({ length: count }, (_, n) => first - n / 100);
    const arrived = [range(30, 190), range(15, 90), range(30, 180), range(50, 80)].flat();
    const objects = arrived.map((at, n) => ({ id: `e${n}`, at }));
    const received = new Set<string>();
    const steps = walkPages({
      window,
      retry,
      signal: new AbortController().signal,
      async *requestPage({ pages }) {
        yield objects.slice(pages * 10, (pages + 1) * 10);
        return { size: 10 };
      },
    });
    for await (const step of steps) for (const { id } of step.objects) received.add(id);
    const owed = objects.filter(({ at }) => at >= 100);
    assert.equal(owed.filter(({ id }) => received.has(id)).length, 60);
  });
});
