import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnalsError } from '../core/errors.ts';
import type { EventStore } from '../store/event-store.ts';
import { createMemoryStore } from '../store/memory/store.ts';
import { TestApp } from './app.fixture.ts';
import { textOf } from './trail/sse.fixture.ts';

/** Every route that gives away something of a trail. */
const reads = [
  '/v1/audit',
  '/v1/audit?fromSequence=0',
  '/v1/audit/evt-1',
  '/v1/audit/sequence/0',
  '/v1/audit/filter-options',
  '/v1/audit/histogram',
  '/v1/audit/facets',
  '/v1/audit/stream?fromSequence=0',
  '/v1/audit/export?format=ndjson',
  '/v1/audit/checkpoint',
  '/v1/audit/proof/inclusion?eventID=evt-1',
  '/v1/audit/proof/consistency?from=1&to=1',
  'POST /v1/audit/proof/multiproof',
  '/v1/audit/tile/entries/000.p/1',
  '/1.3/audit-logs',
  '/1.3/audit-logs/export?format=json',
  '/api/v1/auditlogevents',
];

/** An application whose disk can be made full. */
async function setUp() {
  const store = createMemoryStore();
  const disk = { isFull: false };
  const append: typeof store.append = async (appends) => {
    if (disk.isFull) throw new AnnalsError('unavailable', 'Cannot append: the disk is full');
    await store.append(appends);
  };
  const get = (target: EventStore, name: keyof EventStore) =>
    name === 'append' ? append : (target[name] as () => unknown).bind(target);
  const app = new TestApp({ store: new Proxy(store, { get } as ProxyHandler<EventStore>) });
  const organisation = await app.organisation();
  const key = await app.key('org-admin', organisation);
  await app.json('POST', '/v1/audit/events', { key, body: { eventID: 'evt-1', action: 'a' } });
  await app.json('GET', '/v1/audit', { key });
  await app.ownRecords.flush();
  const read = (route: string, as: string) => {
    const [path = '', method = 'GET'] = route.split(' ').toReversed();
    const body = method === 'POST' ? { runs: [[0, 0]], size: 1 } : undefined;
    return app.request(method, path, { key: as, ...(body && { body }) });
  };
  return { app, disk, organisation, key, read };
}

describe('a read that cannot be recorded', () => {
  it('is refused on every route, in the shape of its dialect, and nothing of the trail leaves', async () => {
    const { app, disk, organisation, read } = await setUp();
    for (const route of reads) {
      const key = await app.key('org-admin', organisation);
      disk.isFull = true;
      const refused = await read(route, key);
      const text = await refused.text();
      assert.equal(refused.status, 503, `${route}: ${text}`);
      assert.match(text, /cannot be recorded|not available|unavailable/i, route);
      assert.doesNotMatch(text, /evt-1/, route);
      disk.isFull = false;
      const served = await read(route, key);
      const body = await textOf(served);
      assert.ok(served.ok, `${route}: ${served.status} ${body}`);
    }
  });

  it('is refused as long as a denial waits to be recorded, and then both are in the trail', async () => {
    const { app, disk, organisation, key, read } = await setUp();
    const writer = await app.key('writer', organisation);
    disk.isFull = true;
    assert.equal((await read('/v1/audit', writer)).status, 403);
    await new Promise(setImmediate);
    // Its summary was recorded before the disk was full.
    assert.equal((await read('/v1/audit', key)).status, 503);
    assert.ok(app.ownRecords.isOwing);
    disk.isFull = false;
    assert.equal((await read('/v1/audit', key)).status, 200);
    assert.ok(!app.ownRecords.isOwing);
    await app.ownRecords.flush();
    const { items } = await app.json<{ items: { action: string }[] }>(
      'GET',
      '/v1/audit?includeSystemServices=true&action=auth.denied',
      { key },
    );
    assert.equal(items.length, 1);
  });

  it('shows when the server is asked whether it is ready', async () => {
    const { app } = await setUp();
    app.cannotRecord = 'The disk is full';
    const { status } = await app.request('GET', '/readyz');
    assert.equal(status, 503);
  });
});
