import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { facetIndex } from '../../core/facets.ts';
import type { EventStore, StoredEvent } from '../event-store.ts';
import { TestLog, testEpoch } from '../test-log.fixture.ts';
import { openSegmentedStore } from './store.ts';

describe('sealing', () => {
  let directory: string;
  let store: EventStore;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'annals-sealing-'));
    store = await openSegmentedStore({ directory, readers: 2, segmentEvents: 60 });
  });
  afterEach(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });
  const segments = () => readdirSync(join(directory, 'segments'));

  it('changes no counts of values, however often they are asked for', async () => {
    const log = new TestLog('org');
    const expected = () => {
      const counts = new Map<string, number>();
      for (const { facets } of log.events) {
        const action = String(facets[facetIndex('action')]);
        counts.set(action, (counts.get(action) ?? 0) + 1);
      }
      return counts;
    };
    for (let round = 0; round < 60; round += 1) {
      await log.record(
        store,
        Array.from({ length: 11 }, (_, n) => ({ action: `${(n * round) % 5}`, traceId: `${n}` })),
      );
      // Both readers, some of them at a time, while segments are sealed.
      const answers = await Promise.all([1, 2, 3].map(() => store.distinct('org', 'action')));
      for (const answer of answers) {
        assert.deepEqual(new Map(answer.map(({ value, count }) => [value, count])), expected());
      }
    }
    assert.ok(segments().filter((name) => name.endsWith('.segment')).length > 3);
    const traces = await store.distinct('org', 'traceId');
    assert.deepEqual(
      traces.map(({ count }) => count),
      Array(11).fill(60),
    );
  });

  it('goes on under queries, and every answer is right', async () => {
    const logs = ['org-a', 'org-b', 'org-c'].map((name) => new TestLog(name));
    let writing = true;
    const write = async () => {
      for (let round = 0; round < 30; round += 1) {
        const plans = logs.map((log, place) =>
          log.plan(
            Array.from({ length: 3 + ((round + place) % 17) }, (_, n) => ({
              action: n % 2 === 0 ? 'even' : 'odd',
              description: `round ${round}`,
              // Half of the events are imported: older than all before.
              createdAt: testEpoch + (n % 2 === 0 ? round : -round) * 1_000 + n,
            })),
          ),
        );
        await store.append(plans);
        for (const [place, plan] of plans.entries()) logs[place]!.accept(plan);
      }
      writing = false;
    };
    const ask = async (log: TestLog) => {
      while (writing) {
        await setImmediate();
        const events = [...log.events];
        const snapshot = events.length;
        const expected = events.map(({ body }) => body);
        const scanned: StoredEvent[] = [];
        for await (const some of store.scan(log.organisation, { from: 0, to: snapshot })) {
          scanned.push(...some);
        }
        assert.deepEqual(
          scanned.map(({ body }) => body),
          expected,
        );
        assert.equal(await store.count(log.organisation, { text: 'ROUND' }, snapshot), snapshot);
        const query = { filter: {}, order: 'desc', limit: 10, snapshot } as const;
        const page = await store.list(log.organisation, query);
        const newest = events.toSorted(
          (a, b) => b.createdAt - a.createdAt || b.sequence - a.sequence,
        );
        assert.deepEqual(
          page.map(({ sequence }) => sequence),
          newest.slice(0, 10).map(({ sequence }) => sequence),
        );
        const last = events.at(-1);
        if (last !== undefined) {
          const found = await store.get(log.organisation, last.eventID);
          assert.equal(found?.body, last.body);
        }
      }
    };
    await Promise.all([write(), ...logs.map(ask)]);
    assert.ok(segments().some((file) => file.endsWith('.segment')));
  });

  it('takes another size of segments whenever the store is opened', async () => {
    const log = new TestLog('org');
    for (const segmentEvents of [60, 20, 100]) {
      await store.close();
      store = await openSegmentedStore({ directory, readers: 1, segmentEvents });
      for (let round = 0; round < 5; round += 1) {
        await log.record(
          store,
          Array.from({ length: 11 }, () => ({ action: 'a' })),
        );
      }
    }
    const scanned: StoredEvent[] = [];
    for await (const some of store.scan('org', { from: 0, to: 1_000 })) scanned.push(...some);
    assert.deepEqual(
      scanned.map(({ body }) => body),
      log.events.map(({ body }) => body),
    );
  });

  it('leaves room for an append that is larger than a segment', async () => {
    const log = new TestLog('org');
    const drafts = Array.from({ length: 500 }, (_, n) => ({
      resourceIdentity: `r-${n}`,
      description: `İ${'ß'.repeat(2_000)} ${n}`,
    }));
    await log.record(store, drafts);
    await log.record(store, drafts.slice(0, 100));
    // 7 and 70 to 79, in both.
    assert.equal(await store.count('org', { text: 'ßß 7' }), 22);
    assert.equal((await store.distinct('org', 'resourceIdentity')).length, 500);
  });
});
