import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { type Filter, matches } from '../../../core/filter.ts';
import type { EventStore, Order, SequencedEvent } from '../../event-store.ts';
import { erasureOf, TestLog, testEpoch } from '../../test-log.fixture.ts';
import { openSegmentedStore } from '../store.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 60);
const segmentEvents = 1_500;

/** Three logs in about twenty segments: in order of time, nearly so, and out of it. */
const logs = [new TestLog('steady'), new TestLog('jittery'), new TestLog('imported')];
const timeOf: Record<string, (sequence: number) => number> = {
  steady: (sequence) => sequence * 10,
  jittery: (sequence) => sequence * 10 + ((sequence * 7_919) % 4_000),
  imported: (sequence) => (sequence * 48_611) % 100_000,
};

async function record(store: EventStore): Promise<void> {
  for (let round = 0; round < 25; round += 1) {
    const plans = logs.map((log) =>
      log.plan(
        Array.from({ length: 400 }, (_, index) => {
          const sequence = log.head.size + index;
          return {
            createdAt: testEpoch + timeOf[log.organisation]!(sequence),
            action: sequence % 9 === 0 ? 'rare' : 'usual',
            user: { email: 'noor@example.com' },
            context: {
              client_ip: address,
              ...(sequence % 40 === 0 && { system_service: 'scheduler' }),
            },
          };
        }),
      ),
    );
    await store.append(plans);
    for (const [place, plan] of plans.entries()) logs[place]!.accept(plan);
  }
}

const address = '192.0.2.1';
const time = fc.integer({ min: -100, max: 105_000 }).map((offset) => testEpoch + offset);
const filter: fc.Arbitrary<Filter> = fc.record(
  {
    from: time,
    to: time,
    conditions: fc
      .record({ value: fc.constantFrom('rare', 'usual', 'none'), negated: fc.boolean() })
      .map(({ value, negated }) => [{ facets: ['action' as const], values: [value], negated }]),
    withoutSystemServices: fc.constant('all' as const),
  },
  { requiredKeys: [] },
);
const query = fc.record({
  log: fc.constantFrom(...logs),
  filter: fc.oneof(fc.constant({}), filter),
  order: fc.constantFrom<Order>('asc', 'desc'),
  skip: fc.integer({ min: 4_000, max: 10_500 }),
  limit: fc.integer({ min: 1, max: 20 }),
  snapshot: fc.integer({ min: 5_000, max: 10_000 }),
});

function inOrder(events: readonly SequencedEvent[], order: Order): number[] {
  const ordered = events.toSorted((a, b) => a.createdAt - b.createdAt || a.sequence - b.sequence);
  const sequences = ordered.map(({ sequence }) => sequence);
  return order === 'asc' ? sequences : sequences.reverse();
}

describe('a page far from the beginning of a list', () => {
  const directory = mkdtempSync(join(tmpdir(), 'annals-far-'));
  let store: EventStore;
  before(async () => {
    store = await openSegmentedStore({ directory, readers: 1, segmentEvents });
    await record(store);
    const databases = () => readdirSync(join(directory, 'segments')).filter(isDatabase);
    while (databases().length > 1) await setTimeout(20);
  });
  after(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  const isAsFromAnArray = () =>
    fc.assert(
      fc.asyncProperty(query, async ({ log, filter, order, skip, limit, snapshot }) => {
        const seen = log.events.filter(
          (event) => event.sequence < snapshot && matches(filter, event),
        );
        const expected = inOrder(seen, order).slice(skip, skip + limit);
        const page = await store.list(log.organisation, { filter, order, skip, limit, snapshot });
        assert.deepEqual(
          page.map(({ sequence }) => sequence),
          expected,
        );
        assert.equal(await store.count(log.organisation, filter, snapshot), seen.length);
      }),
      { numRuns },
    );

  it('has the events that a walk has there', isAsFromAnArray);

  it('has them when segments were rewritten after they were counted', async () => {
    const { organisation, events } = logs[0]!;
    const byAddress = { conditions: [{ facets: ['clientIp' as const], values: [address] }] };
    assert.equal(await store.count(organisation, byAddress), 10_000);
    const erased = events.filter(({ sequence }) => sequence % 2_000 === 9);
    await store.erase(organisation, erased.map(erasureOf));
    assert.equal(await store.count(organisation, byAddress), 9_995);
    const page = { filter: byAddress, order: 'asc', skip: 9_990, limit: 9 } as const;
    assert.equal((await store.list(organisation, page)).length, 5);
    await isAsFromAnArray();
  });

  it('begins after a position, if one is given', async () => {
    const { organisation, events } = logs[0]!;
    const [first] = events;
    const query = { filter: {}, order: 'asc', skip: 5_000, limit: 2, after: first! } as const;
    const page = await store.list(organisation, query);
    assert.deepEqual(
      page.map(({ sequence }) => sequence),
      [5_001, 5_002],
    );
  });
});

const isDatabase = (file: string) => file.endsWith('.db');
