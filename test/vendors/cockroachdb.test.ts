import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CockroachdbSwitches } from './cockroachdb.fixture.ts';
import { startVendor, type Vendor, type VendorEvent } from './vendor.fixture.ts';

type Cockroachdb = Vendor<'cockroachdb'>;

interface Page {
  entries: VendorEvent[];
  next_starting_from?: string | null;
  code?: number;
  message?: string;
}

async function get(vendor: Cockroachdb, query = '', headers: Record<string, string> = {}) {
  const response = await fetch(`${vendor.url}/api/v1/auditlogevents?${query}`, {
    headers: { authorization: `Bearer ${vendor.credentials.apiKey}`, ...headers },
  });
  const body = (await response.json()) as Page;
  return { status: response.status, headers: response.headers, body };
}

/** The ids of a page and its cursor, as one short text. */
async function page(vendor: Cockroachdb, query: string): Promise<string> {
  const { body } = await get(vendor, query);
  const ids = body.entries.map(({ id }) => id).join('');
  return `${ids} ${'next_starting_from' in body ? JSON.stringify(body.next_starting_from) : ''}`;
}

// Three entries share an instant; the last two lie within one second and one millisecond.
const events: VendorEvent[] = [
  ['a', '2026-06-01T08:00:00Z'],
  ['b', '2026-06-01T08:00:01.100000Z'],
  ['c', '2026-06-01T08:00:01.100000Z'],
  ['d', '2026-06-01T08:00:01.1Z'],
  ['e', '2026-06-01T08:00:02.123456Z'],
  ['f', '2026-06-01T08:00:02.123789Z'],
].map(([id, created_at]) => ({ id, created_at }));

const start = (switches: Partial<CockroachdbSwitches> = {}, now: () => number = Date.now) =>
  startVendor('cockroachdb', { history: { events, changes: [] }, switches, now });

const from = (instant: string) => `starting_from=${encodeURIComponent(instant)}`;

describe('cockroachdb pages', () => {
  test('start at the beginning when ascending and at the end when descending', async () => {
    await using vendor = await start();
    assert.equal(await page(vendor, 'limit=1'), 'a "2026-06-01T08:00:01.100000Z"');
    assert.equal(await page(vendor, 'limit=1&sort_order=ASC'), await page(vendor, 'limit=1'));
    const newest = await page(vendor, 'limit=1&sort_order=DESC');
    assert.equal(newest, 'f "2026-06-01T08:00:02.123456Z"');
  });

  test('have every entry of their last instant, in the order of ids', async () => {
    await using vendor = await start();
    assert.equal(await page(vendor, 'limit=2'), 'abcd "2026-06-01T08:00:02.123456Z"');
    const down = `limit=1&sort_order=DESC&${from('2026-06-01T08:00:01.5Z')}`;
    assert.equal(await page(vendor, down), 'dcb "2026-06-01T08:00:00Z"');
  });

  test('go on for ever when ascending and end when descending', async () => {
    await using vendor = await start();
    const after = '"2026-06-01T08:00:02.123790Z"';
    assert.equal(await page(vendor, ''), `abcdef ${after}`);
    assert.equal(await page(vendor, from('2026-06-01T08:00:02.123790Z')), ` ${after}`);
    assert.equal(await page(vendor, 'sort_order=DESC'), 'fedcba ');
  });

  test('of an empty trail have the beginning of time for a cursor', async () => {
    await using vendor = await startVendor('cockroachdb');
    assert.equal(await page(vendor, ''), ' "1970-01-01T00:00:00Z"');
  });

  test('show an entry that was committed late only to a client that looks back', async () => {
    await using vendor = await start();
    await get(vendor);
    vendor.arrive([{ id: 'x', created_at: '2026-06-01T08:00:00.5Z' }]);
    assert.match(await page(vendor, from('2026-06-01T08:00:02.123790Z')), /^ /);
    assert.match(await page(vendor, from('2026-06-01T08:00:00.1Z')), /^xbcdef /);
  });

  for (const query of [
    'limit=-1',
    'limit=some',
    'sort_order=UP',
    'starting_from=yesterday',
    'starting_from=2026-06-01T10:00:00+02:00',
  ]) {
    test(`are rejected for ${query}`, async () => {
      await using vendor = await start();
      const { status, body } = await get(vendor, query);
      assert.deepEqual([status, body.code], [400, 3]);
    });
  }
});

describe('cockroachdb switches', () => {
  const STARTING = `limit=1&${from('2026-06-01T08:00:01.1Z')}`;

  test('bound: inclusive or exclusive, in both directions', async () => {
    await using inclusive = await start();
    await using exclusive = await start({ bound: 'exclusive', cursor: 'last-returned' });
    assert.match(await page(inclusive, STARTING), /^bcd /);
    assert.match(await page(exclusive, STARTING), /^e /);
    assert.match(await page(inclusive, `${STARTING}&sort_order=DESC`), /^dcb /);
    assert.match(await page(exclusive, `${STARTING}&sort_order=DESC`), /^a /);
  });

  test('cursor: the last returned instant', async () => {
    await using vendor = await start({ cursor: 'last-returned' });
    assert.equal(await page(vendor, 'limit=1'), 'a "2026-06-01T08:00:00Z"');
    assert.equal(await page(vendor, ''), 'abcdef "2026-06-01T08:00:02.123789Z"');
  });

  for (const [cursorDigits, next, atEnd] of [
    [0, '02Z', '02Z'],
    [3, '02.123Z', '02.123Z'],
    [6, '02.123456Z', '02.123790Z'],
    [9, '02.123456000Z', '02.123789001Z'],
  ] as const) {
    test(`cursorDigits: ${cursorDigits}`, async () => {
      await using vendor = await start({ cursorDigits });
      assert.equal(await page(vendor, 'limit=2'), `abcd "2026-06-01T08:00:${next}"`);
      assert.equal(await page(vendor, ''), `abcdef "2026-06-01T08:00:${atEnd}"`);
    });
  }

  for (const [noCursor, written] of [
    ['absent', ''],
    ['null', 'null'],
    ['empty', '""'],
    ['zero', '"0001-01-01T00:00:00Z"'],
  ] as const) {
    test(`noCursor: ${noCursor}, ascending only where that ends`, async () => {
      await using ending = await start({ ascending: 'ends', noCursor });
      await using endless = await start({ noCursor });
      assert.equal(await page(ending, ''), `abcdef ${written}`);
      assert.equal(await page(ending, 'sort_order=DESC'), `fedcba ${written}`);
      assert.equal(await page(endless, ''), 'abcdef "2026-06-01T08:00:02.123790Z"');
      assert.match(await page(ending, 'limit=1'), /^a "2026/);
    });
  }

  test('maxLimit: a larger limit is lowered', async () => {
    await using vendor = await start({ maxLimit: 1 });
    assert.match(await page(vendor, 'limit=500'), /^a /);
    assert.match(await page(vendor, ''), /^a /);
  });

  test('requestsPerSecond and throttleStatus: one more is rejected until a second is over', async () => {
    let now = 0;
    const switches = { requestsPerSecond: 10, throttleStatus: 403 } as const;
    await using vendor = await start(switches, () => now);
    const statuses = async (count: number) => {
      const responses = Array.from({ length: count }, () => get(vendor));
      return (await Promise.all(responses)).map(({ status }) => status).sort();
    };
    assert.deepEqual(await statuses(12), [...Array(10).fill(200), 403, 403]);
    const { headers, body } = await get(vendor);
    assert.equal(headers.get('retry-after'), '1');
    assert.equal(body.message, 'rate limit exceeded');
    now = 999;
    assert.deepEqual(await statuses(1), [403]);
    now = 1_000;
    assert.deepEqual(await statuses(1), [200]);
  });
});

describe('cockroachdb access', () => {
  test('takes an API key, or a JWT with the vanity name beside it', async () => {
    await using vendor = await start();
    const { jwt, vanityName } = vendor.credentials;
    const authorization = `Bearer ${jwt}`;
    assert.equal((await get(vendor, '', { authorization })).status, 401);
    const named = { authorization, 'cc-vanity-name': vanityName };
    assert.equal((await get(vendor, '', named)).status, 200);
    const { status, body } = await get(vendor, '', { authorization: 'Bearer wrong' });
    assert.deepEqual([status, body.code], [401, 16]);
  });

  test('takes only versions it knows, and none for the latest', async () => {
    await using vendor = await start();
    assert.equal((await get(vendor, '', { 'cc-version': '2024-09-16' })).status, 200);
    const { status, body } = await get(vendor, '', { 'cc-version': '2019-01-01' });
    assert.deepEqual([status, body.message], [400, 'invalid Cc-Version']);
  });

  test('is for reading this one list', async () => {
    await using vendor = await start();
    assert.equal((await fetch(`${vendor.url}/v1/auditlogevents`)).status, 404);
    const url = `${vendor.url}/api/v1/auditlogevents`;
    assert.equal((await fetch(url, { method: 'POST' })).status, 501);
  });
});
