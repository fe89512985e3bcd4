import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { describe, it } from 'node:test';
import type { AuditEvent, Draft } from '../core/event.ts';
import { day, type Micros } from '../core/micros.ts';
import { personalPaths } from '../integrity/personal.ts';
import type { ExpiredRange } from '../store/event-store.ts';
import { createMemoryStore } from '../store/memory/store.ts';
import { recordedDrop } from './drop-records.ts';
import { GroupCommit } from './group-commit.ts';
import { Retention } from './retention.ts';
import { Sequencer } from './sequencing.ts';

const keep = 10 * day;

/** A trail whose clock is set by the test, kept for ten days; its first drops may fail. */
function openTrail({ failures: toFail = 0 } = {}) {
  const store = createMemoryStore();
  const time = { now: 1_800_000_000_000_000 as Micros };
  const clock = () => time.now;
  const random = (bytes: Uint8Array) => void randomFillSync(bytes);
  const sequencer = new Sequencer({ clock, random, personalPaths: () => personalPaths() });
  const ledger = new GroupCommit({ store, sequencer, clock });
  let left = toFail;
  const dropping = {
    list: store.list.bind(store),
    expired: store.expired.bind(store),
    drop: async (expired: readonly ExpiredRange[]) => {
      left -= 1;
      if (left >= 0) throw new Error('the disk is gone');
      await store.drop(expired);
    },
  };
  const dropped: ExpiredRange[] = [];
  const failures: unknown[] = [];
  const retention = () =>
    new Retention({
      store: dropping,
      ledger,
      clock,
      keep,
      onDropped: (stretches) => dropped.push(...stretches),
      onFailed: (error) => failures.push(error),
    });
  const record = (organisation: string, count: number, draft: Partial<Draft> = {}) =>
    ledger.record(
      organisation,
      Array.from({ length: count }, () => ({ action: 'test', ...draft })),
    );
  const events = async (organisation: string) => {
    const found: AuditEvent[] = [];
    for await (const batch of store.scan(organisation, { from: 0, to: 10_000 })) {
      found.push(...batch.map(({ body }) => JSON.parse(body)));
    }
    return found;
  };
  const drops = async (organisation: string) =>
    (await events(organisation)).filter(({ action }) => action === 'audit_log.drop');
  return { store, time, ledger, dropped, failures, retention, record, events, drops };
}

describe('retention', () => {
  it('drops what was recorded long enough ago, and records it in each log', async () => {
    const { store, time, dropped, retention, record, events, drops } = openTrail();
    await record('org-a', 30);
    await record('org-b', 5);
    time.now += 6 * day;
    await record('org-a', 7);
    await record('org-c', 2);
    time.now += 5 * day;
    await retention().round();
    assert.deepEqual(dropped, [
      { organisation: 'org-a', from: 0, to: 30 },
      { organisation: 'org-b', from: 0, to: 5 },
    ]);
    assert.equal((await events('org-a')).length, 8);
    assert.deepEqual(await drops('org-c'), []);
    const [record1] = await drops('org-a');
    assert.equal(record1?.context?.system_service, 'annals');
    assert.equal(record1?.resourceIdentity, 'org-a');
    assert.deepEqual(record1?.details, {
      firstSequence: 0,
      lastSequence: 29,
      events: 30,
      recordedBefore: '2027-01-16T08:00:00.000000Z',
    });
    assert.equal((await drops('org-b')).length, 1);
    assert.equal((await store.dropped('org-b'))?.before, 5);
    time.now += 6 * day;
    await retention().round();
    const second = (await drops('org-a'))[1];
    assert.equal(second?.details?.firstSequence, 30);
    assert.equal(second?.details?.lastSequence, 36);
  });

  it('keeps an import of old events for the full time', async () => {
    const { time, retention, record, events } = openTrail();
    await record('org-a', 3, { createdAt: '1999-12-31T00:00:00Z' });
    time.now += 9 * day;
    await retention().round();
    assert.equal((await events('org-a')).length, 3);
  });

  it('records an interrupted drop once, and finishes it', async () => {
    const trail = openTrail({ failures: 2 });
    const { time, failures, retention, record, drops, store } = trail;
    await record('org-a', 20);
    time.now += 5 * day;
    await record('org-a', 10);
    time.now += 6 * day;
    await retention().round();
    await retention().round();
    assert.equal(failures.length, 2);
    assert.equal((await drops('org-a')).length, 1);
    assert.equal(await store.dropped('org-a'), undefined);
    // By now more has come of age: only that is recorded.
    time.now += 5 * day;
    await retention().round();
    const stretches = (await drops('org-a')).map(({ details }) => [
      details?.firstSequence,
      details?.lastSequence,
    ]);
    assert.deepEqual(stretches, [
      [0, 19],
      [20, 29],
    ]);
    assert.equal((await store.dropped('org-a'))?.before, 30);
  });

  it('drops nothing when it cannot be recorded', async () => {
    const { time, ledger, failures, retention, record, events } = openTrail();
    await record('org-a', 4);
    time.now += 11 * day;
    await ledger.close();
    await retention().round();
    assert.equal((failures[0] as { code?: string }).code, 'unavailable');
    assert.equal((await events('org-a')).length, 4);
  });

  it('always has a record of what is gone, although such records are dropped too', async () => {
    const { store, time, retention, record } = openTrail();
    await record('org-a', 4);
    for (let round = 0; round < 5; round += 1) {
      time.now += 11 * day;
      await retention().round();
      const { before = 0 } = (await store.dropped('org-a')) ?? {};
      assert.equal(before, 4 + round);
      assert.equal(await recordedDrop(store, 'org-a', before), before);
      assert.equal(await recordedDrop(store, 'org-a', before + 1), undefined);
    }
  });

  it('starts nothing more once it is closed', async () => {
    const { time, retention, record, events } = openTrail();
    await record('org-a', 4);
    time.now += 11 * day;
    const closed = retention();
    await closed.close();
    await closed.round();
    assert.equal((await events('org-a')).length, 4);
  });
});
