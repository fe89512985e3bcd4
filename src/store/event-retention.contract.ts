import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { StoreLocation } from './event-store.contract.ts';
import type { EventStore, ExpiredRange, StoredEvent } from './event-store.ts';
import { erasureOf, type TestDraft, TestLog, testEpoch, testNodeHash } from './test-log.fixture.ts';

/** After everything that a test records. */
const muchLater = testEpoch * 2;
/** When the event of this sequence is recorded, in every log. */
const recordedAt = (sequence: number) => testEpoch + sequence * 1_000;

const draft = (n: number): TestDraft => ({
  action: n % 2 === 0 ? 'open' : 'close',
  description: `Vault ${n}`,
  createdAt: testEpoch - n,
  traceId: `t-${n}`,
  salt: new Uint8Array(16).fill(n + 1),
});
const drafts = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => draft(from + n));

/** Drops everything that can be; gives what was named of a log. */
async function dropAll(
  store: EventStore,
  { organisation }: TestLog,
  before: number,
): Promise<ExpiredRange[]> {
  const named: ExpiredRange[] = [];
  for (;;) {
    const expired = await store.expired(before);
    if (expired.length === 0) return named;
    named.push(...expired.filter((stretch) => stretch.organisation === organisation));
    await store.drop(expired);
  }
}

/** What dropping does to the answers of every store. */
export function describeEventRetention(
  makePlace: () => Promise<StoreLocation>,
  { durable }: { durable: boolean },
): void {
  describe('dropping', () => {
    let place: StoreLocation;
    let store: EventStore;
    before(async () => {
      place = await makePlace();
      store = await place.open();
    });
    after(async () => {
      await store.close();
      await place.remove();
    });

    let organisations = 0;
    const newLog = () => new TestLog(`org-${organisations++}`);
    /** A log whose first events are dropped and some recorded since. */
    const withDropped = async (dropped: number, kept: number) => {
      const log = newLog();
      await log.record(store, drafts(0, dropped));
      await dropAll(store, log, muchLater);
      await log.record(store, drafts(dropped, dropped + kept));
      return { log, organisation: log.organisation };
    };
    const scanned = async (organisation: string) => {
      const events: StoredEvent[] = [];
      for await (const batch of store.scan(organisation, { from: 0, to: 10_000 })) {
        events.push(...batch);
      }
      return events;
    };
    const sequences = (events: readonly StoredEvent[]) => events.map(({ sequence }) => sequence);

    it('takes nothing recorded at the instant or later, and all once all is older', async () => {
      const log = newLog();
      await log.record(store, drafts(0, 50));
      const { organisation } = log;
      assert.deepEqual(await dropAll(store, log, recordedAt(0)), []);
      assert.equal(await store.dropped(organisation), undefined);
      assert.equal(await store.count(organisation, {}), 50);
      const named = await dropAll(store, log, muchLater);
      assert.deepEqual(
        named.map(({ from }) => from),
        [0, ...named.slice(0, -1).map(({ to }) => to)],
      );
      assert.equal(named.at(-1)?.to, 50);
      assert.equal(await store.count(organisation, {}), 0);
    });

    it('leaves what was recorded at the instant or later, as one stretch', async () => {
      const log = newLog();
      const { organisation } = log;
      for (let first = 0; first < 120; first += 10) {
        await log.record(store, drafts(first, first + 10));
      }
      await dropAll(store, log, recordedAt(75));
      const first = (await store.dropped(organisation))?.before ?? 0;
      assert.ok(first <= 75);
      assert.deepEqual(
        sequences(await scanned(organisation)),
        Array.from({ length: 120 - first }, (_, n) => first + n),
      );
    });

    it('shows in no answer what is gone, and all the rest', async () => {
      const { log, organisation } = await withDropped(60, 30);
      const kept = log.events.slice(60);
      assert.deepEqual(sequences(await scanned(organisation)), sequences(kept));
      const query = { filter: {}, order: 'asc', limit: 100 } as const;
      const listed = await store.list(organisation, query);
      assert.deepEqual(sequences(listed), sequences(kept.toReversed()));
      const lines = await store.listLines(organisation, query);
      assert.equal(lines?.events, 30);
      assert.equal(await store.count(organisation, {}), 30);
      assert.equal(await store.count(organisation, { text: 'vault 1' }), 0);
      assert.equal(await store.count(organisation, { text: 'vault 6' }), 10);
      assert.equal(await store.count(organisation, {}, 70), 10);
      const actions = await store.distinct(organisation, 'action');
      assert.deepEqual(actions, [
        { value: 'close', count: 15 },
        { value: 'open', count: 15 },
      ]);
      assert.equal((await store.distinct(organisation, 'traceId')).length, 30);
      assert.equal(await store.get(organisation, 'e-59'), undefined);
      assert.equal((await store.get(organisation, 'e-60'))?.body, kept[0]?.body);
      const existing = await store.findExisting(organisation, ['e-3', 'e-70']);
      assert.deepEqual([...existing.keys()], ['e-70']);
      assert.equal(await store.sequenceAt(organisation, recordedAt(10)), 60);
      assert.equal(await store.sequenceAt(organisation, recordedAt(80)), 80);
    });

    it('tells how much is gone, and of which times it was', async () => {
      const { log, organisation } = await withDropped(40, 5);
      const dropped = await store.dropped(organisation);
      const times = { earliest: testEpoch - 39, latest: testEpoch };
      assert.deepEqual(dropped, { before: 40, ...times });
      await dropAll(store, log, muchLater);
      const all = { before: 45, earliest: testEpoch - 44, latest: testEpoch };
      assert.deepEqual(await store.dropped(organisation), all);
      assert.equal(await store.sequenceAt(organisation, 0), 45);
    });

    it('keeps the head and every hash', async () => {
      const { log, organisation } = await withDropped(600, 300);
      assert.deepEqual(await store.head(organisation), log.head);
      const leaves = Buffer.concat(log.events.map(({ leafHash }) => leafHash));
      const nodes = async (level: number, from: number, count: number) =>
        Buffer.from(await store.treeNodes(organisation, level, from, count));
      assert.deepEqual(await nodes(0, 0, 1_000), leaves);
      assert.deepEqual(await nodes(0, 590, 20), leaves.subarray(590 * 32, 610 * 32));
      const tops = [0, 1, 2].map((index) => testNodeHash(organisation, 8, index));
      assert.deepEqual(await nodes(8, 0, 9), Buffer.concat(tops));
      assert.deepEqual(await nodes(8, 1, 1), Buffer.from(tops[1]!));
    });

    it('forgets ids, so that one may be recorded again', async () => {
      const { log, organisation } = await withDropped(3, 3);
      await log.record(store, [{ eventID: 'e-1', action: 'again' }]);
      const event = await store.get(organisation, 'e-1');
      assert.equal(event?.sequence, 6);
      await assert.rejects(store.append([log.plan([{ eventID: 'e-1' }])]), { code: 'conflict' });
    });

    it('drops no more than was named', async () => {
      const log = newLog();
      const { organisation } = log;
      await log.record(store, drafts(0, 10));
      const expired = await store.expired(muchLater);
      await log.record(store, drafts(10, 20));
      await store.drop(expired);
      await store.drop(expired);
      const { to } = expired.find((stretch) => stretch.organisation === organisation)!;
      assert.equal((await store.dropped(organisation))?.before, to);
      assert.equal((await scanned(organisation)).length, 20 - to);
      await dropAll(store, log, muchLater);
      await store.drop([{ organisation, from: 0, to: 5 }]);
      assert.equal((await store.dropped(organisation))?.before, 20);
    });

    it('leaves nothing to erase of what is gone', async () => {
      const { log, organisation } = await withDropped(30, 10);
      await store.erase(
        organisation,
        [2, 29, 31].map((at) => erasureOf(log.events[at]!)),
      );
      const events = await scanned(organisation);
      assert.equal(events.length, 10);
      assert.deepEqual(
        events.filter(({ salt }) => salt === undefined).map(({ sequence }) => sequence),
        [31],
      );
      await assert.rejects(store.erase(organisation, [{ sequence: 40, body: '{}' }]), {
        code: 'invalid',
      });
    });

    if (durable) {
      it('is found done when opened again, and goes on from there', async () => {
        const { log, organisation } = await withDropped(45, 20);
        await store.close();
        store = await place.open();
        const dropped = { before: 45, earliest: testEpoch - 44, latest: testEpoch };
        assert.deepEqual(await store.dropped(organisation), dropped);
        assert.deepEqual(await store.head(organisation), log.head);
        assert.deepEqual(sequences(await scanned(organisation)), sequences(log.events.slice(45)));
        await log.record(store, [{ eventID: 'e-7' }]);
        assert.equal((await store.treeNodes(organisation, 0, 0, 100)).length, 66 * 32);
        await dropAll(store, log, muchLater);
        assert.equal((await store.dropped(organisation))?.before, 66);
      });
    }
  });
}
