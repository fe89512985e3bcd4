import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Hono } from 'hono';
import { AnnalsError } from '../../core/errors.ts';
import type { Draft } from '../../core/event.ts';
import { formatInstant, second } from '../../core/micros.ts';
import type { HttpEnv } from '../../http/env.ts';
import { TestTrail } from '../trail.fixture.ts';
import { decodePage, decodeStatus } from './decoder.fixture.ts';
import { type CockroachdbOptions, createCockroachdbServer } from './server.ts';
import { cockroachdbDraft } from './wire.ts';

const path = '/api/v1/auditlogevents';

let trail: TestTrail;
let server: Hono<HttpEnv>;
let key: string;

const serve = (options: CockroachdbOptions = {}) => {
  server = trail.serve(createCockroachdbServer({ requestsPerSecond: 0, ...options }));
};

beforeEach(() => {
  trail = new TestTrail();
  // Not a whole second: a cursor without a fraction means a client that cuts them.
  trail.now += 250_000;
  key = trail.key('org-auditor');
  serve();
});

const send = (query = '', headers: Record<string, string> = {}) =>
  server.request(path + query, { headers: { Authorization: `Bearer ${key}`, ...headers } });

async function page(query: Record<string, string | undefined> = {}, version = '2024-09-16') {
  const given = Object.entries(query).filter(
    (each): each is [string, string] => each[1] !== undefined,
  );
  const response = await send(`?${new URLSearchParams(given)}`, { 'Cc-Version': version });
  assert.equal(response.status, 200, await response.clone().text());
  assert.equal(response.headers.get('Content-Type'), 'application/json');
  const { entries, next } = decodePage(await response.json(), 'string', false);
  return { entries, ids: entries.map(({ id }) => String(id)), next };
}

/** Drafts `e0`, `e1` … */
function drafts(count: number, first = 0): Draft[] {
  return Array.from({ length: count }, (_, index) => ({
    eventID: `e${first + index}`,
    action: 'GET',
  }));
}

const ids = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `e${from + index}`);

const instant = formatInstant;

test('created_at is when an event was recorded, and when it happened is not lost', async () => {
  await trail.record([{ eventID: 'e0', action: 'GET', createdAt: '2001-01-01T00:00:00Z' }]);
  const { entries } = await page();
  assert.equal(entries[0]?.created_at, '2026-06-20T12:00:00.250000Z');
  assert.deepEqual(JSON.parse(String(entries[0]?.payload)), {
    createdAt: '2001-01-01T00:00:00.000000Z',
    action: 'GET',
  });
});

test('ascending, a page ends with where to go on, and so does the last one', async () => {
  await trail.record(drafts(5));
  const first = await page({ limit: '2' });
  assert.deepEqual([first.ids, first.next], [ids(0, 2), instant(trail.now + 2)]);
  const second = await page({ limit: '2', starting_from: first.next });
  assert.deepEqual([second.ids, second.next], [ids(2, 4), instant(trail.now + 4)]);
  const third = await page({ limit: '2', starting_from: second.next });
  assert.deepEqual([third.ids, third.next], [ids(4, 5), instant(trail.now + 5)]);
  const fourth = await page({ limit: '2', starting_from: third.next });
  assert.deepEqual([fourth.ids, fourth.next], [[], instant(trail.now + 5)]);
});

test('descending, a page ends with where to go on until there is nothing older', async () => {
  await trail.record(drafts(5));
  const first = await page({ limit: '2', sort_order: 'DESC' });
  assert.deepEqual([first.ids, first.next], [['e4', 'e3'], instant(trail.now + 2)]);
  const second = await page({ limit: '2', sort_order: 'DESC', starting_from: first.next });
  assert.deepEqual([second.ids, second.next], [['e2', 'e1'], instant(trail.now)]);
  const third = await page({ limit: '2', sort_order: 'DESC', starting_from: second.next });
  assert.deepEqual([third.ids, third.next], [['e0'], undefined]);
  const before = await page({ sort_order: 'DESC', starting_from: '2000-01-01T00:00:00Z' });
  assert.deepEqual([before.ids, before.next], [[], undefined]);
});

test('an empty log points to the beginning of time, and to nothing when descending', async () => {
  const up = await page();
  assert.deepEqual([up.ids, up.next], [[], '1970-01-01T00:00:00.000000Z']);
  const down = await page({ sort_order: 'DESC' });
  assert.deepEqual([down.ids, down.next], [[], undefined]);
});

test('a page holds all entries of its last instant, ordered by id', async () => {
  const at = trail.now;
  await trail.recordAt(at, [
    { eventID: 'b', action: 'GET' },
    { eventID: 'a', action: 'GET' },
  ]);
  await trail.recordAt(at + 1, [
    { eventID: 'd', action: 'GET' },
    { eventID: 'e', action: 'GET' },
    { eventID: 'c', action: 'GET' },
  ]);
  await trail.recordAt(at + 2, [{ eventID: 'f', action: 'GET' }]);
  const up = await page({ limit: '3' });
  assert.deepEqual([up.ids, up.next], [['a', 'b', 'c', 'd', 'e'], instant(at + 2)]);
  const down = await page({ limit: '2', sort_order: 'DESC' });
  assert.deepEqual([down.ids, down.next], [['f', 'e', 'd', 'c'], instant(at)]);
});

test('both sides of an instant that 1,000 events share', async () => {
  const at = trail.now;
  await trail.recordAt(at - 1, drafts(3));
  await trail.recordAt(at, drafts(1_000, 3));
  await trail.recordAt(at + 1, drafts(3, 1_003));
  const shared = ids(3, 1_003).toSorted();
  const up = await page({ starting_from: instant(at) });
  assert.deepEqual([up.ids, up.next], [shared, instant(at + 1)]);
  const down = await page({ starting_from: instant(at), sort_order: 'DESC' });
  assert.deepEqual([down.ids, down.next], [shared.toReversed(), instant(at - 1)]);
  assert.deepEqual(await walk('ASC', '200', instant(at)), [...shared, ...ids(1_003, 1_006)]);
  assert.deepEqual(await walk('DESC', '200', instant(at)), [
    ...shared.toReversed(),
    'e2',
    'e1',
    'e0',
  ]);
});

/** The documented walk: from cursor to cursor, ascending until a page is empty, descending until no cursor. */
async function walk(order: 'ASC' | 'DESC', limit: string, from?: string, between = async () => {}) {
  const seen: string[] = [];
  for (let cursor = from; ; ) {
    const { ids, next } = await page({
      sort_order: order,
      limit,
      starting_from: cursor,
    });
    seen.push(...ids);
    if (next === undefined || ids.length === 0) return seen;
    cursor = next;
    await between();
  }
}

test('a walk in either direction sees each event once while more are recorded', async () => {
  await trail.record(drafts(45));
  let recorded = 45;
  const recordMore = async () => {
    trail.now += recorded % 2 === 0 ? 1 : second;
    await trail.record(drafts(3, recorded));
    recorded += 3;
  };
  assert.deepEqual(
    await walk('DESC', '10', undefined, recordMore),
    ids(0, 45).toReversed(),
    'what was there when it began',
  );
  const all = await walk('ASC', '10', undefined, async () => {
    if (recorded < 100) await recordMore();
  });
  assert.deepEqual(all, ids(0, recorded), 'everything, to the end');
});

test('a cursor never lies behind an event still to come', async () => {
  await trail.record(drafts(2));
  const later = instant(trail.now + 3_600 * second);
  const future = await page({ starting_from: later });
  assert.deepEqual([future.ids, future.next], [[], instant(trail.now + 2)]);
  await trail.record(drafts(1, 2));
  assert.deepEqual((await page({ starting_from: future.next })).ids, ['e2']);
});

test('a request from the future points to the beginning of an empty log', async () => {
  const { next } = await page({ starting_from: instant(trail.now + second) });
  assert.equal(next, '1970-01-01T00:00:00.000000Z');
});

test('a clock that has stepped back does not put events behind a cursor', async () => {
  await trail.record(drafts(2));
  const { next } = await page();
  trail.now -= 3_600 * second;
  await trail.record(drafts(2, 2));
  assert.deepEqual((await page({ starting_from: next })).ids, ['e2', 'e3']);
});

test('Annals’ own records are not shown and do not move the cursor', async () => {
  await trail.record(drafts(1));
  const own = { action: 'audit_log.list', context: { system_service: 'annals' } };
  await trail.record(Array.from({ length: 2_500 }, () => own));
  await trail.record(drafts(1, 1));
  await trail.record([own]);
  const up = await page({ limit: '1' });
  assert.deepEqual([up.ids, up.next], [['e0'], instant(trail.now + 2_501)]);
  const last = await page({ starting_from: up.next });
  assert.deepEqual([last.ids, last.next], [['e1'], instant(trail.now + 2_502)]);
  const after = await page({ starting_from: last.next });
  assert.deepEqual([after.ids, after.next], [[], last.next]);
  assert.deepEqual(await walk('DESC', '1'), ['e1', 'e0']);
});

test('an exclusive bound leaves the instant out and continues from the last one sent', async () => {
  serve({ startingFrom: 'exclusive' });
  await trail.record(drafts(3));
  const first = await page({ limit: '2' });
  assert.deepEqual([first.ids, first.next], [ids(0, 2), instant(trail.now + 1)]);
  const rest = await page({ limit: '2', starting_from: first.next });
  assert.deepEqual([rest.ids, rest.next], [['e2'], instant(trail.now + 2)]);
  const end = await page({ starting_from: rest.next });
  assert.deepEqual([end.ids, end.next], [[], rest.next]);
  const future = await page({ starting_from: instant(trail.now + second) });
  assert.equal(future.next, rest.next);
  assert.deepEqual(await walk('DESC', '1'), ['e2', 'e1', 'e0']);
  await trail.record(drafts(1, 3));
  assert.deepEqual((await page({ starting_from: end.next })).ids, ['e3']);
});

test('starting_from takes any precision and zone', async () => {
  trail.now = Date.parse('2026-06-20T12:00:00Z') * 1_000;
  await trail.record(drafts(3));
  const from = async (starting_from: string, sort_order = 'ASC') =>
    (await page({ starting_from, sort_order })).ids;
  assert.deepEqual(await from('2026-06-20T12:00:00Z'), ids(0, 3));
  assert.deepEqual(await from('2026-06-20T14:00:00.000001+02:00'), ids(1, 3));
  assert.deepEqual(await from('2026-06-20T14:00:00.000001 02:00'), ids(1, 3));
  assert.deepEqual(await from('2026-06-20T12:00:00.000000001Z'), ids(1, 3));
  assert.deepEqual(await from('2026-06-20T12:00:00.000001999Z', 'DESC'), ['e1', 'e0']);
  assert.deepEqual(await from('0001-01-01T00:00:00Z'), ids(0, 3));
  assert.deepEqual(await from(''), ids(0, 3));
});

test('limit is 200 by default, and 1,000 at most', async () => {
  await trail.record(drafts(1_100));
  const count = async (limit: string) => (await page({ limit })).ids.length;
  assert.equal((await page()).ids.length, 200);
  assert.equal(await count(''), 200);
  assert.equal(await count('0'), 200);
  assert.equal(await count('1'), 1);
  assert.equal(await count('1000'), 1_000);
  assert.equal(await count('99999999999999999999'), 1_000);
});

test('sort_order goes by name or number', async () => {
  await trail.record(drafts(2));
  for (const order of ['ASC', 'asc', '0', '']) {
    assert.deepEqual((await page({ sort_order: order })).ids, ['e0', 'e1'], order);
  }
  for (const order of ['DESC', 'desc', '1']) {
    assert.deepEqual((await page({ sort_order: order })).ids, ['e1', 'e0'], order);
  }
});

const allowlist = {
  id: '5d0c8a2e-6a0b-4a57-9a0e-0c1f7f3b9a10',
  trace_id: 'b7c1e0d94f2a4c1e8d3a5b6c7d8e9f01',
  session_id: '',
  source: 'AUDIT_LOG_SOURCE_CC_API',
  user_email: '',
  service_account_name: 'ci-deployer',
  cluster_id: '0f6b2a44-2b7e-4f1d-8a7e-5d1c2b3a4f50',
  cluster_name: 'orders-eu',
  action: 'AUDIT_LOG_ACTION_ADD_IP_ALLOWLIST',
  payload: '{"request":{"cidrIp":"203.0.113.0","cidrMask":24,"sql":true}}',
  metadata: { ip_address: '198.51.100.9' },
  error: '',
  created_at: '2026-06-20T12:00:00Z',
};

test('the form of the payload and the members go by version', async () => {
  await trail.record([
    cockroachdbDraft(allowlist),
    cockroachdbDraft({ ...allowlist, id: 'object', payload: { request: { sql: true } } }),
    cockroachdbDraft({ ...allowlist, id: 'words', payload: 'no JSON' }),
    cockroachdbDraft({ ...allowlist, id: 'lossy', payload: '{"n":12345678901234567890}' }),
    cockroachdbDraft({ ...allowlist, id: 'none', payload: '' }),
    { eventID: 'system', action: 'GET', context: { system_service: 'kms' } },
  ]);
  const payloads = async (
    version: Record<string, string>,
    form: 'string' | 'object',
    systemActor: boolean,
  ) => {
    const { entries } = decodePage(await (await send('', version)).json(), form, systemActor);
    if (systemActor) {
      assert.equal(entries[0]?.system_actor_name, '');
      assert.equal(entries[5]?.system_actor_name, 'SYSTEM_ACTOR_NAME_SYSTEM');
    }
    return entries.slice(0, 4).map(({ payload }) => payload);
  };
  const texts = [
    allowlist.payload,
    '{"request":{"sql":true}}',
    'no JSON',
    '{"n":12345678901234567890}',
  ];
  const objects = [
    JSON.parse(allowlist.payload),
    { request: { sql: true } },
    { text: 'no JSON' },
    { text: '{"n":12345678901234567890}' },
  ];
  assert.deepEqual(await payloads({}, 'string', true), texts);
  assert.deepEqual(await payloads({ 'Cc-Version': 'latest' }, 'string', true), texts);
  assert.deepEqual(await payloads({ 'Cc-Version': '2026-09-15' }, 'string', true), texts);
  assert.deepEqual(await payloads({ 'Cc-Version': '2024-09-16' }, 'string', false), texts);
  assert.deepEqual(await payloads({ 'Cc-Version': '2023-04-10' }, 'object', false), objects);
  assert.deepEqual(await payloads({ 'Cc-Version': '2022-09-20' }, 'object', false), objects);
  serve({ payload: 'object' });
  assert.deepEqual(await payloads({ 'Cc-Version': '2024-09-16' }, 'object', false), objects);
});

test('an entry from CockroachDB, recorded when it was created, is sent exactly as it was', async () => {
  trail.now = Date.parse('2026-06-20T12:00:00Z') * 1_000;
  await trail.record([cockroachdbDraft(allowlist)]);
  const response = await send('', { 'Cc-Version': '2024-09-16' });
  assert.deepEqual(await response.json(), {
    entries: [allowlist],
    next_starting_from: '2026-06-20T12:00:00.000001Z',
  });
});

test('ORG_ADMIN and AUDITOR may read, each its own organisation', async () => {
  await trail.record(drafts(1));
  key = trail.key('org-admin');
  assert.deepEqual((await page()).ids, ['e0']);
  key = trail.key('org-admin', 'org-b');
  assert.deepEqual((await page()).ids, []);
});

test('reads are recorded; rejected requests are not', async () => {
  await send('?limit=5', { 'Cc-Version': 'latest' });
  await send('?limit=-5');
  await send('', { Authorization: '' });
  assert.deepEqual(trail.reads, [{ action: 'audit_log.list', facts: { query: '?limit=5' } }]);
});

test('the eleventh request in a second has to wait, even a wrong one; those of other keys need not', async () => {
  server = trail.serve(createCockroachdbServer());
  for (let index = 0; index < 10; index += 1) assert.equal((await send()).status, 200);
  const rejected = await send('?limit=nonsense');
  assert.equal(rejected.status, 429);
  assert.equal(rejected.headers.get('Retry-After'), '1');
  assert.deepEqual(await rejected.json(), { code: 8, message: 'rate limit exceeded', details: [] });
  const patient = key;
  key = trail.key('org-admin');
  assert.equal((await send()).status, 200);
  key = patient;
  trail.now += second;
  assert.equal((await send()).status, 200);
});

const time = 'is not an RFC 3339 time such as 2026-06-20T08:14:03.512904Z';

/** Query, further headers; HTTP status, gRPC code, message. */
const rejections: [string, Record<string, string>, number, number, string][] = [
  ['', { 'Cc-Version': '2024-01-01' }, 400, 3, 'invalid Cc-Version'],
  ['', { 'Cc-Version': 'newest' }, 400, 3, 'invalid Cc-Version'],
  ['', { 'Cc-Version': '2024-09-16 ' }, 200, 0, ''],
  ['?limit=-1', {}, 400, 3, 'limit is not a whole number from 0'],
  ['?limit=1.5', {}, 400, 3, 'limit is not a whole number from 0'],
  ['?limit=1&limit=2', {}, 400, 3, 'limit is given more than once'],
  ['?sort_order=Asc', {}, 400, 3, 'sort_order is neither ASC nor DESC'],
  ['?sort_order=2', {}, 400, 3, 'sort_order is neither ASC nor DESC'],
  ['?starting_from=yesterday', {}, 400, 3, `starting_from ${time}`],
  ['?starting_from=2026-06-20', {}, 400, 3, `starting_from ${time}`],
  [
    '?starting_from=2026-06-20T12:00:00',
    {},
    400,
    3,
    'starting_from has no zone: end it with Z or an offset such as +02:00',
  ],
  [
    '?starting_from=2026-02-30T12:00:00Z',
    {},
    400,
    3,
    'starting_from is not a time of the calendar',
  ],
  ['?unknown=x&end=y', {}, 200, 0, ''],
  [
    '',
    { Authorization: 'Bearer nonsense' },
    401,
    16,
    'The credential is unknown, revoked or expired',
  ],
  [
    '?limit=-1',
    { Authorization: 'Bearer x', 'Cc-Version': '1' },
    401,
    16,
    'The credential is unknown, revoked or expired',
  ],
  ['', { Accept: 'text/html' }, 200, 0, ''],
];

test('each wrong request has its status', async () => {
  for (const [query, headers, status, code, message] of rejections) {
    const response = await send(query, headers);
    const name = `${query} ${JSON.stringify(headers)}`;
    assert.equal(response.status, status, name);
    assert.equal(response.headers.get('Content-Type'), 'application/json', name);
    if (status === 200) continue;
    const body = decodeStatus(await response.json());
    assert.deepEqual(body, { code, message, details: [] }, name);
  }
});

test('the organisation has what the vendor’s SDK decodes', async () => {
  const headers = { Authorization: `Bearer ${key}` };
  const response = await server.request('/api/v1/organization', { headers });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), {
    id: 'org-a',
    label: 'a',
    name: 'a',
    created_at: '1970-01-01T00:00:00.000000Z',
  });
  const anonymous = await server.request('/api/v1/organization');
  assert.equal(anonymous.status, 401);
  assert.equal(decodeStatus(await anonymous.json()).code, 16);
});

test('a key that may not read, other methods and other paths have their own status', async () => {
  key = trail.key('writer');
  const forbidden = await send();
  assert.equal(forbidden.status, 403);
  assert.deepEqual(await forbidden.json(), {
    code: 7,
    message: 'caller lacks the ORG_ADMIN or AUDITOR role',
    details: [],
  });
  const anonymous = await server.request(path);
  assert.equal(anonymous.status, 401);
  assert.equal(decodeStatus(await anonymous.json()).code, 16);
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const response = await server.request(path, { method });
    assert.equal(response.status, 405, method);
    assert.equal(response.headers.get('Allow'), 'GET, HEAD');
    assert.equal(response.headers.get('Content-Type'), 'application/json');
    assert.equal(decodeStatus(await response.json()).code, 12);
  }
  for (const other of ['/api/v1/clusters', '/v1/auditlogevents', `${path}/`, '/api']) {
    const response = await server.request(other);
    assert.equal(response.status, 404, other);
    assert.equal(response.headers.get('Content-Type'), 'application/json');
    assert.equal(decodeStatus(await response.json()).code, 5);
  }
});

test('a failure of the server is hidden from the client and reported to the operator', async () => {
  for (const [failure, code] of [
    [new Error('secret path /data/7'), 13],
    [new AnnalsError('corrupt', 'secret path /data/7'), 15],
  ] as const) {
    const reader = trail.readerWith({ head: () => Promise.reject(failure) });
    server = trail.serve(createCockroachdbServer(), { reader });
    const response = await send();
    assert.equal(response.status, 500);
    assert.deepEqual(await response.json(), { code, message: 'internal error', details: [] });
    assert.equal(trail.faults.pop(), failure);
  }
});
