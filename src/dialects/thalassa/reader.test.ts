import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import type { EventReader } from '../../store/event-store.ts';
import { createMemoryStore } from '../../store/memory/store.ts';
import { TestLog } from '../../store/test-log.fixture.ts';
import { thalassaReader } from './reader.ts';
import { thalassaEntry } from './wire.ts';

const organisation = 'acme';
const all = { filter: { conditions: [] }, order: 'asc', limit: 10 } as const;

describe('a log seen as the vendor’s entries', () => {
  const store = createMemoryStore();
  const reader = thalassaReader(store);
  /** The bodies that each way of reading has to give. */
  let entries: readonly string[];

  before(async () => {
    const events = await new TestLog(organisation).record(store, [
      { action: 'GET', traceId: 'trace-1' },
      { action: 'PUT', outcome: 'failure' },
      { action: 'PUT', resourceType: 'bucket' },
    ]);
    entries = events.map(({ body }) => JSON.stringify(thalassaEntry(JSON.parse(body))));
    // Nothing below shows anything unless the two forms differ.
    for (const [index, { body }] of events.entries()) assert.notEqual(body, entries[index]);
  });

  it('has them one by one', async () => {
    const found = await reader.get(organisation, 'e-1');
    assert.deepEqual(found, { ...(await store.get(organisation, 'e-1')), body: entries[1] });
    assert.equal(await reader.get(organisation, 'other'), undefined);
  });

  it('has them in lists and by sequence', async () => {
    const listed = await reader.list(organisation, all);
    assert.deepEqual(
      listed.map(({ body }) => body),
      entries,
    );
    const scanned: string[] = [];
    for await (const batch of reader.scan(organisation, { from: 1, to: 3 })) {
      scanned.push(...batch.map(({ body }) => body));
    }
    assert.deepEqual(scanned, entries.slice(1));
  });

  it('has them as lines, plain or packed', async () => {
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
    const plain = await reader.listLines(organisation, { ...all, limit: 2 });
    assert.equal(text(plain!.bytes), `${entries[0]}\n${entries[1]}\n`);
    assert.deepEqual([plain!.events, plain!.more], [2, true]);
    const packed = await reader.listLines(organisation, { ...all, limit: 3 }, 'zstd');
    assert.equal(text(zstdDecompressSync(packed!.bytes)), `${entries.join('\n')}\n`);
    assert.deepEqual([packed!.events, packed!.more], [3, false]);
  });

  it('has no own records of Annals, whatever the filter says of system services', async () => {
    const [withOwn, log] = [createMemoryStore(), new TestLog(organisation)];
    await log.record(withOwn, [
      { action: 'GET' },
      { action: 'audit_log.list', context: { system_service: 'annals' } },
      { action: 'PUT', context: { system_service: 'billing' } },
    ]);
    const shown = thalassaReader(withOwn);
    const expected = ['e-0', 'e-2'];
    const idsOf = (events: readonly { body: string }[]) =>
      events.map(({ body }) => JSON.parse(body).eventID);
    assert.deepEqual(idsOf(await shown.list(organisation, all)), expected);
    const scanned = await Array.fromAsync(shown.scan(organisation, { from: 0, to: 3 }));
    assert.deepEqual(idsOf(scanned.flat()), expected);
    const lines = await shown.listLines(organisation, all);
    assert.equal(lines?.events, 2);
    assert.equal(await shown.count(organisation, all.filter, 3), 2);
    const wide = { filter: all.filter, start: 0, width: Number.MAX_SAFE_INTEGER, buckets: 1 };
    assert.deepEqual((await shown.histogram(organisation, wide)).unknown, Uint32Array.of(2));
    const actions = { ...all, facets: ['action'], maxDistinct: 5 } as const;
    assert.equal((await shown.facetCounts(organisation, actions)).total, 2);
    assert.equal((await shown.distinct(organisation, 'action', {}, 5)).length, 2);
    assert.equal(await shown.get(organisation, 'e-1'), undefined);
    const without = { ...all, filter: { withoutSystemServices: 'all' } } as const;
    assert.deepEqual(idsOf(await shown.list(organisation, without)), ['e-0']);
  });

  it('is the same log in everything else', async () => {
    const { filter } = all;
    const reads: readonly ((log: EventReader) => Promise<unknown>)[] = [
      (log) => log.head(organisation),
      (log) => log.count(organisation, filter, 2),
      (log) => log.sequenceAt(organisation, 0),
      (log) => log.distinct(organisation, 'action', filter, 1),
      (log) => log.treeNodes(organisation, 0, 1, 2),
    ];
    for (const read of reads) assert.deepEqual(await read(reader), await read(store));
    const dropped = { before: 2, earliest: 1, latest: 2 };
    const shortened = thalassaReader({ ...store, dropped: async () => dropped });
    assert.deepEqual(await shortened.dropped(organisation), dropped);
  });

  it('passes on the signal of a client, and still shows entries', async () => {
    const signals: AbortSignal[] = [];
    const stoppable: EventReader = {
      ...store,
      withSignal: (signal) => {
        signals.push(signal);
        return store;
      },
    };
    const { signal } = new AbortController();
    const forClient = thalassaReader(stoppable).withSignal(signal);
    assert.deepEqual(signals, [signal]);
    assert.equal((await forClient.get(organisation, 'e-0'))?.body, entries[0]);
  });
});
