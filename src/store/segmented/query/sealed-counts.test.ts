import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { type Facet, facetIndex } from '../../../core/facets.ts';
import { type Filter, matches } from '../../../core/filter.ts';
import type { EventStore } from '../../event-store.ts';
import {
  erasureOf,
  facetCountsOf,
  histogramOf,
  TestLog,
  testEpoch,
} from '../../test-log.fixture.ts';
import { openSegmentedStore } from '../store.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 60);

/** Each log has enough rows in a segment for value counts, except in the last one. */
const logs = [new TestLog('org-a'), new TestLog('org-b')];
const actions = ['Read', 'read', 'READ', 'list', undefined];
const services = [undefined, undefined, 'annals', 'scheduler'];

const value = fc.constantFrom('read', 'list', 'success', 'failure', 'annals', 'r-3', 'nobody');
const facet = fc.constantFrom<Facet[]>('action', 'outcome', 'resourceIdentity', 'systemService');
const time = fc.integer({ min: -10, max: 2_500 }).map((n) => testEpoch + n * 1_000);
const filter: fc.Arbitrary<Filter> = fc.record(
  {
    from: time,
    to: time,
    conditions: fc.array(
      fc.record({
        facets: fc.array(facet, { minLength: 1, maxLength: 2 }),
        values: fc.array(value, { maxLength: 2 }),
        orAbsent: fc.boolean(),
      }),
      { maxLength: 2 },
    ),
    withoutSystemServices: fc.constantFrom('all' as const, [], ['annals'], ['annals', 'x']),
  },
  { requiredKeys: [] },
);

/** Some with buckets wider than a segment, some with narrower ones. */
const grid = fc.record({
  start: time,
  width: fc.integer({ min: 1, max: 900 }).map((n) => n * 1_000),
  buckets: fc.integer({ min: 1, max: 40 }),
});

describe('counts from sealed segments', () => {
  let directory: string;
  let store: EventStore;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'annals-counts-'));
    store = await openSegmentedStore({ directory, readers: 1, segmentEvents: 1_000 });
    for (let round = 0; round < 11; round += 1) {
      const plans = logs.map((log, place) =>
        log.plan(
          Array.from({ length: place === 0 ? 210 : 190 }, (_, index) => {
            const n = log.head.size + index;
            const action = actions[(n * 7 + place) % actions.length];
            const service = services[(n * 13) % services.length];
            return {
              ...(action !== undefined && { action }),
              outcome: n % 6 === 0 ? 'failure' : 'success',
              resourceIdentity: `r-${n % 90}`,
              user: { email: 'noor@example.com' },
              ...(service !== undefined && { context: { system_service: service } }),
            };
          }),
        ),
      );
      await store.append(plans);
      for (const [place, plan] of plans.entries()) logs[place]!.accept(plan);
    }
    await untilSealed();
  });
  after(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });
  const untilSealed = async () => {
    const databases = () =>
      readdirSync(join(directory, 'segments')).filter((name) => name.endsWith('.db'));
    while (databases().length > 1) await setTimeout(5);
  };

  const agree = () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...logs),
        filter,
        facet,
        fc.integer({ min: 0, max: 2_400 }),
        grid,
        async (log, query, of, snapshot, buckets) => {
          const matching = log.events.filter((event) => matches(query, event));
          const { organisation } = log;
          assert.equal(await store.count(organisation, query), matching.length);
          const before = matching.filter(({ sequence }) => sequence < snapshot);
          assert.equal(await store.count(organisation, query, snapshot), before.length);
          const values = { facets: [of, 'outcome'], limit: 20, maxDistinct: 80 } as const;
          const all = facetCountsOf(matching, values);
          const { facets } = facetCountsOf(matching, { ...values, maxDistinct: 100, limit: 100 });
          assert.deepEqual(await store.distinct(organisation, of, query), facets[0]!.values);
          const byValue = { ...values, filter: query };
          assert.deepEqual(await store.facetCounts(organisation, byValue), all);
          assert.deepEqual(
            await store.facetCounts(organisation, { ...byValue, snapshot }),
            facetCountsOf(before, values),
          );
          const grid = { ...buckets, filter: query, snapshot };
          assert.deepEqual(await store.histogram(organisation, grid), histogramOf(before, grid));
          const page = { filter: query, order: 'desc', limit: 30 } as const;
          assert.deepEqual(
            (await store.list(organisation, page)).map(({ sequence }) => sequence),
            matching
              .slice(-30)
              .reverse()
              .map(({ sequence }) => sequence),
          );
        },
      ),
      { numRuns },
    );

  it('are those of a filtered array', agree);

  it('are so after events have lost a value', async () => {
    const [log] = logs;
    const some = log!.events.filter(({ sequence }) => sequence % 50 === 7);
    const without = some.map((event) => {
      const { body, sequence } = erasureOf(event);
      const { resourceIdentity: _, ...rest } = JSON.parse(body) as { resourceIdentity?: string };
      return { sequence, body: JSON.stringify(rest) };
    });
    await store.erase('org-a', without);
    for (const { sequence } of without) {
      const event = log!.events[sequence]!;
      const facets = event.facets.with(facetIndex('resourceIdentity'), undefined);
      log!.events[sequence] = { ...event, facets };
    }
    await untilSealed();
    await agree();
  });
});
