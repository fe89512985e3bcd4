import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuditEvent } from '../core/event.ts';
import { day, formatInstant, type Micros } from '../core/micros.ts';
import { leafHash } from '../integrity/hash.ts';
import { leafTextOf } from '../integrity/leaf-text.ts';
import { personalPaths } from '../integrity/personal.ts';
import { verifyConsistency, verifyInclusion } from '../integrity/proof.ts';
import type { EventStore, ListQuery } from '../store/event-store.ts';
import { createMemoryStore } from '../store/memory/store.ts';
import { TestApp } from './app.fixture.ts';

const began: Micros = 1_800_000_000_000_000;
const at = (days: number) => formatInstant(began + days * day);
const fromBase64 = (text: string) => Buffer.from(text, 'base64');

/** Events of one day each, the first of which are dropped. */
async function openLog(events: number, dropped: number, store: EventStore = createMemoryStore()) {
  let now = began;
  const app = new TestApp({ store, clock: () => now });
  const organisation = await app.organisation();
  const { identity } = organisation;
  const key = await app.key('org-auditor', organisation);
  for (let n = 0; n < events; n += 1) {
    const event = { eventID: `evt-${n}`, action: 'a', description: 'x'.repeat(1_000) };
    now = began + n * day;
    await app.ledger.record(identity, [event]);
  }
  const leaves = await store.treeNodes(identity, 0, 0, events);
  const drop = (to: number) => store.drop([{ organisation: identity, from: 0, to }]);
  await drop(dropped);
  const get = (path: string) => app.request('GET', `/v1/audit${path}`, { key });
  const json = <T>(path: string) => app.json<T>('GET', `/v1/audit${path}`, { key });
  return { app, organisation, key, store, leaves, drop, get, json };
}

describe('a log whose beginning was dropped', () => {
  it('is named in responses that might have had some of it, and only in those', async () => {
    const { get } = await openLog(20, 12);
    for (const path of ['', '/export'])
      for (const [query, keptFrom] of [
        ['', '12'],
        [`from=${at(3)}`, '12'],
        [`from=${at(11)}&to=${at(30)}`, '12'],
        [`from=${at(12)}`, null],
        [`to=${at(-1)}`, null],
        [`from=${at(30)}`, null],
      ] as const) {
        const { headers } = await get(`${path}?${query}`);
        assert.equal(headers.get('annals-kept-from'), keptFrom, `${path}?${query}`);
      }
  });

  it('lists, counts and exports what remains', async () => {
    const { get, json } = await openLog(20, 12);
    const page = await json<{ totalItems: number; items: AuditEvent[] }>('?order=asc&limit=3');
    assert.equal(page.totalItems, 8);
    assert.deepEqual(
      page.items.map(({ sequence }) => sequence),
      [12, 13, 14],
    );
    const lines = (await (await get('/export?format=ndjson')).text()).trimEnd().split('\n');
    assert.equal(lines.length, 8);
    assert.equal((await get('/evt-11')).status, 404);
    assert.equal((await get('/evt-12')).status, 200);
    const dropped = await get('/sequence/11');
    assert.equal(dropped.status, 410);
    assert.match(await dropped.text(), /does not keep event 11: those before 12 were dropped/);
    assert.equal((await json<AuditEvent>('/sequence/12')).eventID, 'evt-12');
  });

  it('tells a client that follows it what was missed', async () => {
    const { json } = await openLog(20, 12);
    const follow = async (from: number) => {
      const { items, ...rest } = await json<{ items: AuditEvent[] }>(
        `?fromSequence=${from}&limit=2`,
      );
      return { ...rest, first: items[0]?.sequence };
    };
    assert.deepEqual(await follow(0), { first: 12, nextSequence: 14, keptFrom: 12 });
    assert.deepEqual(await follow(11), { first: 12, nextSequence: 14, keptFrom: 12 });
    assert.deepEqual(await follow(12), { first: 12, nextSequence: 14 });
  });

  it('proves what is dropped as what is there', async () => {
    const { get, json, leaves } = await openLog(300, 270);
    const proof = await json<{ leaf: string; root: string; hashes: string[] }>(
      '/proof/inclusion?sequence=9&size=300',
    );
    const leaf = fromBase64(proof.leaf);
    assert.deepEqual(leaf, Buffer.from(leaves.subarray(9 * 32, 10 * 32)));
    const head = { size: 300, root: fromBase64(proof.root) };
    const hashes = proof.hashes.map(fromBase64);
    assert.ok(verifyInclusion(9, leaf, head, hashes));
    const first = await json<{ root: string }>('/proof/inclusion?sequence=9&size=100');
    const { hashes: between } = await json<{ hashes: string[] }>(
      '/proof/consistency?from=100&to=300',
    );
    const earlier = { size: 100, root: fromBase64(first.root) };
    assert.ok(verifyConsistency(earlier, head, between.map(fromBase64)));
    assert.equal((await get('/proof/inclusion?eventID=evt-9')).status, 404);
    const tile = Buffer.from(await (await get('/tile/0/000')).arrayBuffer());
    assert.deepEqual(tile, Buffer.from(leaves.subarray(0, 256 * 32)));
  });

  it('has no bundle with a dropped entry, and says why', async () => {
    const { get, organisation, store } = await openLog(600, 256);
    const response = await get('/tile/entries/000');
    assert.equal(response.status, 410);
    assert.match(
      ((await response.json()) as { message: string }).message,
      /events 0 to 256: those before 256 were dropped/,
    );
    assert.equal((await get('/tile/entries/001')).status, 200);
    await store.drop([{ organisation: organisation.identity, from: 256, to: 300 }]);
    for (const path of ['001', '001.p/10']) {
      assert.equal((await get(`/tile/entries/${path}`)).status, 410, path);
    }
    assert.equal((await get('/tile/entries/002.p/20')).status, 200);
  });

  it('erases what remains of a person', async () => {
    const { app, organisation, store } = await openLog(10, 0);
    const { identity } = organisation;
    const person = { action: 'b', userIdentity: 'u-1', user: { name: 'Noor' } };
    await app.ledger.record(identity, [person, person]);
    await store.drop([{ organisation: identity, from: 0, to: 11 }]);
    const key = await app.key('org-admin', organisation);
    const body = { userIdentity: 'u-1' };
    const erased = await app.json('POST', '/v1/audit/erasures', { key, body }, 200);
    assert.deepEqual(erased, { events: 1, erased: 1, alreadyErased: 0, snapshot: 12 });
    const [event] = await store.list(identity, {
      filter: { conditions: [{ facets: ['action'], values: ['b'] }] },
      order: 'asc',
      limit: 5,
    });
    const leaf = leafHash(leafTextOf(event!.body, event!.salt, personalPaths()));
    assert.deepEqual(
      Buffer.from(leaf),
      Buffer.from(await store.treeNodes(identity, 0, event!.sequence, 1)),
    );
  });
});

describe('an export during which events are dropped', () => {
  /** Drops up to a sequence before the page of that number is read. */
  const openDropping = async (page: number, to: number) => {
    const memory = createMemoryStore();
    let pages = 0;
    let dropLater = async () => {};
    const store: EventStore = new Proxy(memory, {
      get(target, property, proxy) {
        if (property === 'withSignal') return () => proxy;
        if (property === 'listLines') {
          return async (organisation: string, query: ListQuery) => {
            pages += 1;
            if (pages === page) await dropLater();
            return memory.listLines(organisation, query);
          };
        }
        const value = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const log = await openLog(2_000, 10, store);
    dropLater = () => log.drop(to);
    return log;
  };
  const lines = (text: string) => text.trimEnd().split('\n').length;

  for (const order of ['asc', 'desc']) {
    it(`breaks when some were still to come (${order})`, async () => {
      const { get, app } = await openDropping(2, 1_500);
      const response = await get(`/export?format=ndjson&order=${order}`);
      assert.equal(response.headers.get('annals-kept-from'), '10');
      await assert.rejects(response.text(), {
        code: 'incomplete',
        message: /before sequence 1500/,
      });
      const again = await get(`/export?format=ndjson&order=${order}`);
      assert.equal(again.headers.get('annals-kept-from'), '1500');
      assert.equal(lines(await again.text()), 500);
      assert.equal(app.failures.length, 0);
    });
  }

  it('does not, when all of them had been sent', async () => {
    const { get } = await openDropping(2, 100);
    assert.equal(lines(await (await get('/export?format=ndjson')).text()), 1_990);
  });

  it('breaks in UpCloud’s dialect too', async () => {
    const { app, key, drop } = await openLog(3_000, 0);
    const response = await app.request('GET', '/1.3/audit-logs/export?format=json', { key });
    const reader = response.body!.getReader();
    await reader.read();
    await drop(2_500);
    await assert.rejects(
      async () => {
        while (!(await reader.read()).done);
      },
      { code: 'incomplete' },
    );
  });
});
