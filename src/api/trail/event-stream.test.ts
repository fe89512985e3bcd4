import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Filter } from '../../core/filter.ts';
import type { EventReader, EventStore } from '../../store/event-store.ts';
import { createMemoryStore } from '../../store/memory/store.ts';
import { TestLog } from '../../store/test-log.fixture.ts';
import { eventStream } from './event-stream.ts';
import { OpenStream } from './open-streams.ts';
import { type SentBlock, sentBlocks } from './sse.fixture.ts';

const organisation = 'acme';
const minute = 60_000;

/** A log and a stream of it, from a sequence on. */
function open(
  {
    from = 0,
    filter = {},
    heartbeatMillis = minute,
  }: { from?: number; filter?: Filter; heartbeatMillis?: number } = {},
  readerOf: (store: EventStore) => EventReader = (store) => store,
) {
  const store = createMemoryStore();
  const log = new TestLog(organisation);
  const stream = new OpenStream('key', organisation);
  const options = { organisation, filter, from, heartbeatMillis, pauseMillis: 0 };
  const chunks = eventStream(readerOf(store), stream, options);
  const blocks = sentBlocks(chunks);
  const take = async (count: number) => {
    const taken: SentBlock[] = [];
    while (taken.length < count) taken.push((await blocks.next()).value as SentBlock);
    return taken;
  };
  return { store, log, stream, chunks, blocks, take };
}

const drafts = (count: number, action = 'a') => Array.from({ length: count }, () => ({ action }));

describe('a stream of events', () => {
  it('has each event once, in order, however it is recorded and from wherever it begins', async () => {
    const commits = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(commits, fc.nat(9), fc.nat(300), async (sizes, before, from) => {
        const { store, log, take, blocks } = open({ from });
        const [first = [], rest = []] = [sizes.slice(0, before), sizes.slice(before)];
        for (const size of first) await log.record(store, drafts(size));
        const expected = sizes.reduce((sum, size) => sum + size, 0) - from;
        const taking = take(Math.max(0, expected) + 1);
        for (const size of rest) {
          await log.record(store, drafts(size));
          await new Promise(setImmediate);
        }
        const [hello, ...sent] = await taking;
        assert.deepEqual(hello, {});
        const sequences = Array.from({ length: Math.max(0, expected) }, (_, n) => from + n);
        assert.deepEqual(
          sent.map(({ id }) => id),
          sequences,
        );
        for (const { id, event, data } of sent) {
          assert.equal(event, 'audit');
          assert.equal((data as { eventID: string }).eventID, `e-${id}`);
        }
        await blocks.return(undefined);
      }),
      { numRuns: 15 },
    );
  });

  it('has what matches, and tells an idle client how far it has looked', async () => {
    const filter = { conditions: [{ facets: ['action' as const], values: ['b'] }] };
    const { store, log, take } = open({ filter, heartbeatMillis: 1 });
    await log.record(store, [...drafts(3_000), ...drafts(2, 'b'), ...drafts(5)]);
    const [, ...sent] = await take(20);
    const ids = sent.flatMap(({ id }) => (id === undefined ? [] : [id]));
    // A heartbeat may come while it looks through what does not match.
    assert.deepEqual(
      ids.filter((id) => id >= 3_000),
      [3_000, 3_001, 3_006],
    );
    assert.deepEqual(sent.at(-1), { comment: 'heartbeat' });
  });

  it('reads nothing before the client has taken what was read before', async () => {
    let reads = 0;
    const { store, log, chunks } = open({}, (store) => ({
      ...store,
      head: (...args) => store.head(...args),
      dropped: (...args) => store.dropped(...args),
      watch: (...args) => store.watch(...args),
      scan: (...args) => {
        reads += 1;
        return store.scan(...args);
      },
    }));
    await chunks.next();
    await log.record(store, drafts(5_000));
    for (let taken = 1; taken <= 5; taken += 1) {
      const { value } = await chunks.next();
      assert.ok(value!.length < 300_000, `${value!.length} bytes`);
      await new Promise(setImmediate);
      assert.ok(reads <= taken, `${reads} reads for ${taken} chunks`);
    }
    await chunks.return(undefined);
  });

  it('says which sequences were dropped before they were sent', async () => {
    const { store, log, take, blocks } = open({ from: 2 });
    await log.record(store, drafts(10));
    await store.drop([{ organisation, from: 0, to: 6 }]);
    const [, dropped, next] = await take(3);
    assert.deepEqual(dropped, { id: 5, event: 'dropped', data: { from: 2, keptFrom: 6 } });
    assert.equal(next?.id, 6);
    await blocks.return(undefined);
  });

  it('sends no event but why it ends, once it has to end', async () => {
    for (const [reason, message] of [
      ['credential', 'The key was revoked or has expired, or the session has ended'],
      ['stopping', 'The server stops'],
    ] as const) {
      const { store, log, stream, take, blocks } = open();
      await log.record(store, drafts(1));
      await take(2);
      const next = blocks.next();
      stream.end(reason);
      await log.record(store, drafts(1));
      assert.deepEqual((await next).value, { event: 'end', data: { reason, message } });
      assert.equal((await blocks.next()).done, true);
    }
  });

  it('ends without a word when its client is gone, and fails when the store is closed', async () => {
    const gone = open();
    await gone.take(1);
    const last = gone.blocks.next();
    gone.stream.end('disconnected');
    assert.equal((await last).done, true);

    const closed = open();
    await closed.take(1);
    const failed = assert.rejects(closed.blocks.next(), { code: 'unavailable' });
    await closed.store.close();
    await failed;
  });
});
