import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { type Facet, facets } from '../core/facets.ts';
import { type Filter, matches } from '../core/filter.ts';
import type {
  EventStore,
  Lines,
  Order,
  Packing,
  SequencedEvent,
  StoredEvent,
} from './event-store.ts';
import {
  facetCountsOf,
  histogramOf,
  type TestDraft,
  type TestLog,
  testEpoch,
} from './test-log.fixture.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 40);

/** Few values, so that filters meet events; among them some whose case or bytes are awkward. */
const value = fc.constantFrom('get', 'GET', 'Get', 'pöst', 'PÖST', 'a,b', 'İ', 'x\ny', '🚀', '0');
const words = fc.constantFrom(
  'Deleted',
  'deleted',
  'VPC',
  'straße',
  'ΣΑΣ',
  'İ',
  '🚀',
  ' ',
  '\n',
  'e',
);
const description = fc.array(words, { maxLength: 5 }).map((parts) => parts.join(''));
/** A narrow range, so that times are equal often and out of order. */
const createdAt = fc.integer({ min: 0, max: 20 }).map((offset) => testEpoch + offset);

const draft: fc.Arbitrary<TestDraft> = fc.record(
  {
    createdAt,
    description,
    action: value,
    resourceType: value,
    userIdentity: value,
    serviceAccountIdentity: value,
    sessionId: value,
    outcome: fc.constantFrom('success', 'failure', 'denied'),
    context: fc.record(
      {
        status: fc.constantFrom(200, 404),
        client_ip: value,
        system_service: value,
        credentials_id: value,
        country_code: value,
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

const facet = fc.constantFrom<Facet>(...facets);
const condition = fc.record({
  facets: fc.uniqueArray(facet, { maxLength: 3 }),
  values: fc.uniqueArray(fc.oneof(value, fc.constantFrom('200', '404')), { maxLength: 4 }),
  orAbsent: fc.boolean(),
  negated: fc.boolean(),
});
const filter: fc.Arbitrary<Filter> = fc.record(
  {
    from: createdAt,
    to: createdAt,
    conditions: fc.array(condition, { maxLength: 2 }),
    text: fc.oneof(description, words),
    withoutTexts: fc.array(fc.oneof(description, words), { maxLength: 2 }),
    withoutSystemServices: fc.oneof(fc.constant('all' as const), fc.array(value, { maxLength: 2 })),
  },
  { requiredKeys: [] },
);

const everyValue = { limit: Number.POSITIVE_INFINITY, maxDistinct: Number.POSITIVE_INFINITY };
const facetsQuery = fc.record(
  {
    facets: fc.uniqueArray(facet, { minLength: 1, maxLength: 4 }),
    search: fc.constantFrom('G', 'e', 'ö', 'İ', '🚀'),
    limit: fc.integer({ min: 1, max: 5 }),
    maxDistinct: fc.integer({ min: 1, max: 12 }),
  },
  { requiredKeys: ['facets', 'limit', 'maxDistinct'] },
);

/** For any events and any filter, every way of asking gives what a plain array filter gives. */
export function describeEventQueries(fresh: () => { store: EventStore; log: TestLog }): void {
  describe('agreement with a plain array filter', () => {
    const question = fc.record({
      batches: fc.array(fc.array(draft, { minLength: 1, maxLength: 30 }), {
        minLength: 1,
        maxLength: 3,
      }),
      filter,
      order: fc.constantFrom<Order>('asc', 'desc'),
      limit: fc.integer({ min: 1, max: 12 }),
      skip: fc.integer({ min: 0, max: 20 }),
      snapshot: fc.integer({ min: 0, max: 90 }),
      grid: fc.record({
        start: fc.integer({ min: -10, max: 25 }).map((offset) => testEpoch + offset),
        width: fc.integer({ min: 1, max: 30 }),
        buckets: fc.integer({ min: 1, max: 12 }),
      }),
      range: fc.record({ from: fc.nat({ max: 40 }), to: fc.nat({ max: 90 }) }),
      facet,
      values: facetsQuery,
    });

    it('list, count, histogram, scan and values of facets', async () => {
      await fc.assert(
        fc.asyncProperty(question, async ({ batches, filter, order, limit, ...rest }) => {
          const { store, log } = fresh();
          const { organisation } = log;
          for (const batch of batches) await log.record(store, batch);
          const { snapshot, skip, grid, range, facet, values } = rest;
          const matching = log.events.filter((event) => matches(filter, event));
          const seen = matching.filter(({ sequence }) => sequence < snapshot);
          const inPlace = inOrder(seen, order);
          const ordered = sequences(inPlace);

          const walked = await walk(store, organisation, { filter, order, limit, snapshot });
          assert.deepEqual(walked, ordered);
          const skipped = await store.list(organisation, { filter, order, limit, skip, snapshot });
          assert.deepEqual(sequences(skipped), ordered.slice(skip, skip + limit));
          assert.equal(await store.count(organisation, filter, snapshot), seen.length);
          assert.equal(await store.count(organisation, filter), matching.length);
          const page = { filter, order, limit, skip, snapshot };
          const { lines, total } = await store.countedLines(organisation, page);
          assert.equal(total, seen.length);
          assert.deepEqual(lines, await store.listLines(organisation, page));
          const after = inPlace[0];
          if (after !== undefined) {
            const behind = { filter, order, limit, after, snapshot };
            assert.equal((await store.countedLines(organisation, behind)).total, seen.length);
          }
          assert.deepEqual(
            await store.histogram(organisation, { filter, ...grid, snapshot }),
            histogramOf(seen, grid),
          );
          assert.deepEqual(
            await scanned(store, organisation, range, filter),
            sequences(matching).filter((at) => at >= range.from && at < range.to),
          );
          for (const packing of ['plain', 'zstd'] as const) {
            assert.equal(
              await walkLines(store, organisation, { filter, order, limit, snapshot }, packing),
              inPlace.map(({ body }) => `${body}\n`).join(''),
            );
          }
          assert.deepEqual(
            await store.distinct(organisation, facet, filter),
            facetCountsOf(matching, { facets: [facet], ...everyValue }).facets[0]!.values,
          );
          for (const query of [values, { ...values, snapshot }]) {
            assert.deepEqual(
              await store.facetCounts(organisation, { ...query, filter }),
              facetCountsOf('snapshot' in query ? seen : matching, values),
            );
          }
        }),
        { numRuns },
      );
    });
  });
}

async function walk(
  store: EventStore,
  organisation: string,
  query: { filter: Filter; order: Order; limit: number; snapshot: number },
): Promise<number[]> {
  const seen: number[] = [];
  let after: StoredEvent | undefined;
  for (;;) {
    const page = await store.list(organisation, {
      ...query,
      ...(after !== undefined && { after }),
    });
    seen.push(...sequences(page));
    if (page.length < query.limit) return seen;
    after = page.at(-1);
  }
}

async function walkLines(
  store: EventStore,
  organisation: string,
  query: { filter: Filter; order: Order; limit: number; snapshot: number },
  packing: Packing,
): Promise<string> {
  let seen = '';
  let lines: Lines | undefined;
  for (;;) {
    const asked = { ...query, ...(lines && { after: lines.last }) };
    const next = await store.listLines(organisation, asked, packing);
    assert.equal(next !== undefined, lines?.more ?? next !== undefined);
    lines = next;
    if (lines === undefined) return seen;
    const text = (
      packing === 'zstd' ? zstdDecompressSync(lines.bytes) : Buffer.from(lines.bytes)
    ).toString();
    assert.equal(text.split('\n').length - 1, lines.events);
    seen += text;
  }
}

async function scanned(
  store: EventStore,
  organisation: string,
  range: { from: number; to: number },
  filter: Filter,
): Promise<number[]> {
  const seen: number[] = [];
  for await (const batch of store.scan(organisation, range, filter)) seen.push(...sequences(batch));
  return seen;
}

function inOrder(events: readonly SequencedEvent[], order: Order): SequencedEvent[] {
  const ascending = events.toSorted((a, b) => a.createdAt - b.createdAt || a.sequence - b.sequence);
  return order === 'asc' ? ascending : ascending.reverse();
}

function sequences(events: readonly StoredEvent[]): number[] {
  return events.map(({ sequence }) => sequence);
}
