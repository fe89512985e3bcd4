import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { beforeEach, mock, test } from 'node:test';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { AnnalsError } from '../../core/errors.ts';
import type { Draft } from '../../core/event.ts';
import { formatInstant } from '../../core/micros.ts';
import { parseCsv } from '../../export/read-csv.ts';
import type { HttpEnv } from '../../http/env.ts';
import { TestTrail } from '../trail.fixture.ts';
import { decodeEvent, decodeList, decodeProblem } from './decoder.fixture.ts';
import { createUpcloudServer } from './server.ts';
import { upcloudDraft } from './wire.ts';

let trail: TestTrail;
let server: Hono<HttpEnv>;
let key: string;

beforeEach(() => {
  trail = new TestTrail();
  server = trail.serve(createUpcloudServer({ random: (bytes) => bytes.fill(1) }));
  key = trail.key('org-auditor');
});

const send = (path: string, headers: Record<string, string> = {}, app = server) =>
  app.request(path, { headers: { Authorization: `Bearer ${key}`, ...headers } });

async function list(query = '') {
  const response = await send(`/1.3/audit-logs${query}`);
  assert.equal(response.status, 200, await response.clone().text());
  assert.equal(response.headers.get('Content-Type'), 'application/json');
  return {
    events: decodeList(await response.json()),
    total: Number(response.headers.get('Upcloud-Total-Count')),
  };
}

const idsOf = (events: Record<string, unknown>[]) => events.map((event) => event.resource_id);

/** Drafts whose `resourceIdentity` says which they are, a second apart, the last just before now. */
function drafts(...fields: Partial<Draft>[]): Draft[] {
  return fields.map((each, index) => ({
    createdAt: formatInstant(trail.now - (fields.length - index) * 1_000_000),
    action: 'create',
    resourceIdentity: `r${index}`,
    ...each,
  }));
}

const upcloudLogin = {
  time: '2026-06-20T11:59:30Z',
  auth_type: 'gui',
  cloud_event_id: '01JY5WYGR0AAAAAAAAAAAAAAAA',
  upcloud_correlation_id: '9b7d5a10-21cc-4c3d-8f6f-0d7a3f4f5b66',
  resource_type: 'auth',
  resource_sub_type: 'session-api-token',
  action: 'login',
  origin: 'gui',
  account_username: 'maria',
};

test('a list has the newest first, 50 of them, and the count of all', async () => {
  await trail.record(drafts(...Array.from({ length: 60 }, () => ({}))));
  const { events, total } = await list();
  assert.equal(total, 60);
  assert.deepEqual(
    idsOf(events),
    Array.from({ length: 50 }, (_, index) => `r${59 - index}`),
  );
});

test('limit and offset count items; the total ignores them', async () => {
  await trail.record(drafts({}, {}, {}, {}, {}));
  const of = async (query: string) => {
    const { events, total } = await list(query);
    assert.equal(total, 5);
    return idsOf(events);
  };
  assert.deepEqual(await of('?limit=2'), ['r4', 'r3']);
  assert.deepEqual(await of('?limit=2&offset=1'), ['r3', 'r2']);
  assert.deepEqual(await of('?limit=2&offset=4'), ['r0']);
  assert.deepEqual(await of('?offset=5'), []);
  assert.deepEqual(await of('?limit=0'), []);
  assert.deepEqual(await of('?limit=200&offset=2147483647'), []);
  assert.deepEqual(await of('?limit=&offset=&page=7&unknown=x'), ['r4', 'r3', 'r2', 'r1', 'r0']);
});

test('both bounds belong to the window, whatever form of time they have', async () => {
  await trail.record(
    drafts(
      { createdAt: '2026-06-20T08:00:00.000000Z' },
      { createdAt: '2026-06-20T08:00:00.000001Z' },
      { createdAt: '2026-06-20T08:00:00.000002Z' },
      { createdAt: '2026-06-21T00:00:00+12:00' },
    ),
  );
  const of = async (after: string, before: string) =>
    idsOf((await list(`?created_after=${after}&created_before=${before}`)).events);
  const escaped = encodeURIComponent;
  assert.deepEqual(await of('2026-06-20T08:00:00Z', '2026-06-20T08:00:00Z'), ['r0']);
  assert.deepEqual(await of('2026-06-20T08:00:00', '2026-06-20T08:00:00.000001'), ['r1', 'r0']);
  assert.deepEqual(await of('2026-06-20T08:00:00.0000009Z', '2026-06-20T08:00:00.0000019Z'), [
    'r1',
  ]);
  assert.deepEqual(
    await of(escaped('2026-06-20T10:00:00+02:00'), escaped('2026-06-20T08:00:00.000000+00:00')),
    ['r0'],
  );
  assert.deepEqual(await of('2026-06-20T10:00:00+02:00', '2026-06-20T08:00:00+00:00'), ['r0']);
  assert.deepEqual(await of('2026-06-20 08:00:00.000002', '2026-06-20T12:00:00Z'), ['r3', 'r2']);
  assert.deepEqual(await of('2026-06-20', '2026-06-21'), ['r3', 'r2', 'r1', 'r0']);
  assert.deepEqual(await of('0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'), [
    'r3',
    'r2',
    'r1',
    'r0',
  ]);
  assert.deepEqual(await of('2026-06-21', '2026-06-20'), []);
});

test('without created_after a list reaches back 180 days', async () => {
  await trail.record(
    drafts({ createdAt: '2025-12-22T11:59:59Z' }, { createdAt: '2025-12-22T12:00:00Z' }),
  );
  assert.deepEqual(idsOf((await list()).events), ['r1']);
  assert.deepEqual(idsOf((await list('?created_after=2020-01-01')).events), ['r1', 'r0']);
});

test('filters take UpCloud’s words for native events too, and a list in either encoding', async () => {
  await trail.record([
    ...drafts(
      { action: 'POST', resourceType: 'cloud_vpc', context: { origin: 'cli' } },
      { action: 'post' },
      { action: 'kms.decrypt', resourceType: 'kms_key', context: { origin: 'console' } },
      { action: 'AUDIT_LOG_ACTION_CREATE_CLUSTER', resourceType: 'cluster' },
      { action: 'DELETE', resourceType: 'server', context: { origin: 'internal' } },
    ),
    { ...upcloudDraft(upcloudLogin), resourceIdentity: 'r5' },
  ]);
  const of = async (query: string) => {
    const { events, total } = await list(query);
    assert.equal(total, events.length);
    return idsOf(events).toSorted();
  };
  assert.deepEqual(await of('?actions=create'), ['r0', 'r1', 'r3']);
  assert.deepEqual(await of('?actions=create&actions=delete'), ['r0', 'r1', 'r3', 'r4']);
  assert.deepEqual(await of('?actions=read,delete&actions=login'), ['r2', 'r4', 'r5']);
  assert.deepEqual(await of('?actions=,%20create%20,'), ['r0', 'r1', 'r3']);
  assert.deepEqual(await of('?actions=writes-enable'), []);
  assert.deepEqual(await of('?resource_types=account'), ['r1', 'r2'], 'also where there is none');
  assert.deepEqual(await of('?resource_types=network-gateway,managed-database'), ['r0', 'r3']);
  assert.deepEqual(await of('?origins=api'), ['r0', 'r1', 'r3'], 'also where there is none');
  assert.deepEqual(await of('?origins=gui'), ['r2', 'r5']);
  assert.deepEqual(await of('?origins=upcloud_internal'), ['r4']);
  assert.deepEqual(await of('?origins=api&actions=create&resource_types=account'), ['r1']);
});

test('each filter finds exactly the events that are shown with its word', async () => {
  const actions = [
    'GET',
    'Create',
    'login',
    'kms.rotate',
    'resize',
    'DescribeInstances',
    'x.stopped',
  ];
  const types = ['server', 'AWS::S3::Bucket', 'kms_key', undefined];
  const origins = ['api', 'ui', 'system', 'telegram', '', undefined];
  const combinations = actions.flatMap((action) =>
    types.flatMap((resourceType) =>
      origins.map((origin) => ({
        action,
        ...(resourceType !== undefined && { resourceType }),
        ...(origin !== undefined && { context: { origin } }),
      })),
    ),
  );
  await trail.record(drafts(...combinations));
  const { events } = await list('?limit=200');
  assert.equal(events.length, combinations.length);
  for (const [parameter, member] of Object.entries({
    actions: 'action',
    resource_types: 'resource_type',
    origins: 'origin',
  })) {
    const shown = Map.groupBy(events, (event) => String(event[member]));
    for (const [word, expected] of shown) {
      const found = await list(`?limit=200&${parameter}=${word}`);
      assert.deepEqual(idsOf(found.events), idsOf(expected), `${parameter}=${word}`);
      assert.equal(found.total, expected.length);
    }
  }
});

test('q finds a resource, a user, a service account or an address', async () => {
  await trail.record(
    drafts(
      { resourceIdentity: '00c1a2b3-d4e5-4f60-8a7b-9c0d1e2f3a4b' },
      { userIdentity: 'ops_bot' },
      { serviceAccountIdentity: 'sa-4d01c2' },
      { context: { client_ip: '2001:db8::1' } },
    ),
  );
  const of = async (q: string) => idsOf((await list(`?q=${encodeURIComponent(q)}`)).events);
  assert.equal((await of('00c1a2b3-d4e5-4f60-8a7b-9c0d1e2f3a4b')).length, 1);
  assert.deepEqual(await of('ops_bot'), ['r1']);
  assert.deepEqual(await of('sa-4d01c2'), ['r2']);
  assert.deepEqual(await of('2001:db8::1'), ['r3']);
  assert.deepEqual(await of('nobody'), []);
  assert.equal((await of('')).length, 4);
});

test('a walk by offset with a frozen created_before sees each event once while more are recorded', async () => {
  await trail.record(drafts(...Array.from({ length: 25 }, () => ({}))));
  const frozen = formatInstant(trail.now);
  const seen: unknown[] = [];
  for (let total = 1; seen.length < total; ) {
    const page = await list(`?created_before=${frozen}&limit=10&offset=${seen.length}`);
    seen.push(...idsOf(page.events));
    total = page.total;
    trail.now += 1_000_000;
    await trail.record(drafts({ createdAt: formatInstant(trail.now) }));
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 25 }, (_, index) => `r${24 - index}`),
  );
});

test('every event is found again by the ULID it is listed under', async () => {
  await trail.record([...drafts({}, { eventID: 'evt-1' }), upcloudDraft(upcloudLogin)]);
  const { events } = await list();
  assert.equal(events.length, 3);
  for (const event of events) {
    const response = await send(`/1.3/audit-logs/${event.cloud_event_id}`);
    assert.equal(response.status, 200);
    assert.deepEqual(decodeEvent(await response.json()), event);
  }
  assert.deepEqual(
    events.find(({ action }) => action === 'login'),
    upcloudLogin,
    'an event from UpCloud keeps its own id',
  );
});

test('a ULID leads nowhere in the log of another organisation', async () => {
  const [draft] = drafts({ eventID: 'evt-1' });
  await trail.record([draft as Draft]);
  await trail.record([draft as Draft], 'org-b');
  const ulid = (await list()).events[0]?.cloud_event_id;
  key = trail.key('org-admin', 'org-b');
  const other = (await list()).events[0]?.cloud_event_id;
  assert.notEqual(other, ulid);
  assert.equal((await send(`/1.3/audit-logs/${ulid}`)).status, 404);
  assert.equal((await send(`/1.3/audit-logs/${other}`)).status, 200);
});

test('Annals’ own records are not shown', async () => {
  const own = { action: 'audit_log.list', context: { system_service: 'annals' } };
  await trail.record(drafts({}, { ...own, eventID: '01JY5WYGR0AAAAAAAAAAAAAAAB' }));
  await trail.record([upcloudDraft({ ...upcloudLogin, origin: 'upcloud_internal' })]);
  const { events, total } = await list();
  assert.deepEqual(
    events.map(({ origin }) => origin),
    ['api', 'upcloud_internal'],
  );
  assert.equal(total, 2);
  assert.equal((await send('/1.3/audit-logs/01JY5WYGR0AAAAAAAAAAAAAAAB')).status, 404);
  const exported = await send('/1.3/audit-logs/export?format=json');
  assert.equal(((await exported.json()) as unknown[]).length, 2);
});

test('the filter options are the vendor’s, in its order', async () => {
  const response = await send('/1.3/audit-logs/filter-options');
  assert.equal(response.status, 200);
  assert.equal(
    await response.text(),
    '{"resource_types":["account","auth","init-script","managed-database","managed-loadbalancer",' +
      '"managed-loadbalancer-certificate-bundle","managed-object-storage","network-gateway","server",' +
      '"storage","uks","ssh-key"],"actions":["create","read","update","delete","access-granted",' +
      '"access-granted-kubeconfig","access-modified","access-update","maintenance-start","writes-enable",' +
      '"attach","clone","detach","login","logout","start","stop","owner-change"],' +
      '"origins":["api","gui","upcloud_internal"]}',
  );
});

test('the account call has what the vendor’s command-line tool reads', async () => {
  const response = await send('/1.3/account');
  assert.equal(response.status, 200);
  const { account } = (await response.json()) as { account: Record<string, unknown> };
  assert.equal(account.username, 'org-auditor of org-a');
  assert.equal(account.credits, 0);
  assert.ok(Object.values(account.resource_limits as object).every(Number.isInteger));
});

test('the details of an account are those of the key, and of no other', async () => {
  const details = '/1.3/account/details/';
  const response = await send(`${details}${encodeURIComponent('org-auditor of org-a')}`);
  assert.equal(response.status, 200);
  const { account } = (await response.json()) as { account: Record<string, unknown> };
  assert.equal(account.username, 'org-auditor of org-a');
  assert.equal(account.company, 'a');
  for (const name of ['allow_api', 'allow_gui', 'simple_backup']) {
    assert.match(String(account[name]), /^(yes|no)$/);
  }
  for (const name of ['somebody', 'a/b', '%2e']) {
    const other = await send(`${details}${name}`);
    assert.equal(other.status, 404, name);
    decodeProblem(await other.json());
  }
});

test('an export as JSON is an array of everything ever recorded, as the list shows it', async () => {
  await trail.record(drafts({ createdAt: '2001-01-01T00:00:00Z' }, {}, {}));
  const response = await send('/1.3/audit-logs/export?format=json', { Accept: 'text/csv' });
  assert.equal(response.headers.get('Content-Type'), 'application/json');
  assert.equal(
    response.headers.get('Content-Disposition'),
    'attachment; filename="audit-logs-export.json"',
  );
  const exported = decodeList({ audit_logs: await response.json() });
  const { events } = await list('?created_after=2000-01-01');
  assert.deepEqual(exported, events.toReversed());
});

test('an export as CSV is the default, reads strictly and runs no formula', async () => {
  await trail.record([
    ...drafts(
      {
        userIdentity: '=HYPERLINK("http://x")',
        changes: { before: { a: 'x,"y"\r\nz' }, after: {} },
      },
      { userIdentity: "'quoted" },
    ),
    upcloudDraft(upcloudLogin),
  ]);
  const response = await send('/1.3/audit-logs/export', { Accept: 'application/json' });
  assert.equal(response.headers.get('Content-Type'), 'text/csv; charset=utf-8');
  assert.equal(
    response.headers.get('Content-Disposition'),
    'attachment; filename="audit-logs-export.csv"',
  );
  const text = await response.text();
  assert.ok(text.endsWith('\r\n'));
  const [header, ...rows] = await Array.fromAsync(parseCsv([text]));
  assert.equal(
    header?.join(),
    'time,auth_type,cloud_event_id,upcloud_correlation_id,resource_type,resource_sub_type,action,' +
      'origin,account_username,ip_address,resource_id,current_state,previous_state',
  );
  assert.deepEqual(
    rows.map((row) => row.length),
    [13, 13, 13],
  );
  assert.equal(rows[0]?.[8], '\'=HYPERLINK("http://x")');
  assert.equal(rows[0]?.[11], '{}');
  assert.equal(rows[0]?.[12], '{"a":"x,\\"y\\"\\r\\nz"}');
  assert.equal(rows[1]?.[8], "''quoted");
  assert.deepEqual(rows[2], [
    '2026-06-20T11:59:30Z',
    'gui',
    '01JY5WYGR0AAAAAAAAAAAAAAAA',
    '9b7d5a10-21cc-4c3d-8f6f-0d7a3f4f5b66',
    'auth',
    'session-api-token',
    'login',
    'gui',
    'maria',
    '',
    '',
    '',
    '',
  ]);
});

test('the export of an empty log is empty and whole', async () => {
  assert.equal(await (await send('/1.3/audit-logs/export?format=json')).text(), '[]\n');
  assert.match(await (await send('/1.3/audit-logs/export')).text(), /^time,.*previous_state\r\n$/);
});

test('an export has what was recorded when it was requested, and arrives in chunks', async () => {
  const description = 'x'.repeat(1_000);
  await trail.record(drafts(...Array.from({ length: 2_500 }, () => ({ description }))));
  const response = await send('/1.3/audit-logs/export?format=json');
  await trail.record(drafts({}));
  let text = '';
  let largest = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    largest = Math.max(largest, chunk.length);
    text += Buffer.from(chunk).toString();
  }
  assert.equal((JSON.parse(text) as unknown[]).length, 2_500);
  assert.ok(largest < 128 * 1024, `a chunk of ${largest} bytes`);
});

test('an export that fails on the way does not end, and is reported to the operator', async () => {
  await trail.record(drafts(...Array.from({ length: 1_500 }, () => ({}))));
  const { store } = trail;
  const reader = trail.readerWith({
    async *scan(...args) {
      for await (const batch of store.scan(...args)) {
        yield batch;
        throw new AnnalsError('corrupt', 'the disk is gone');
      }
    },
  });
  const app = trail.serve(createUpcloudServer(), { reader });
  const response = await send('/1.3/audit-logs/export?format=json', {}, app);
  assert.equal(response.status, 200);
  await assert.rejects(response.text(), /the disk is gone/);
  assert.match(String(trail.faults[0]), /the disk is gone/);
});

test('over HTTP, an export that fails on the way is cut and not ended', async () => {
  await trail.record(drafts(...Array.from({ length: 1_500 }, () => ({}))));
  const { store } = trail;
  const reader = trail.readerWith({
    async *scan(...args) {
      for await (const batch of store.scan(...args)) {
        yield batch;
        throw new AnnalsError('corrupt', 'the disk is gone');
      }
    },
  });
  const app = trail.serve(createUpcloudServer(), { reader });
  const http = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  // The adapter prints what it takes for its own failure.
  const printed = mock.method(console, 'error', () => {});
  try {
    const { port } = http.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/1.3/audit-logs/export?format=json`;
    const response = await fetch(url, { headers: { Authorization: `Bearer ${key}` } });
    assert.equal(response.status, 200);
    await assert.rejects(response.text(), TypeError);
  } finally {
    printed.mock.restore();
    http.close();
  }
});

test('giving an export up stops the reading', async () => {
  await trail.record(drafts(...Array.from({ length: 3_000 }, () => ({}))));
  const { store } = trail;
  const ended = Promise.withResolvers<void>();
  const reader = trail.readerWith({
    async *scan(...args) {
      try {
        yield* store.scan(...args);
      } finally {
        ended.resolve();
      }
    },
  });
  const app = trail.serve(createUpcloudServer(), { reader });
  const response = await send('/1.3/audit-logs/export?format=json', {}, app);
  const body = response.body?.getReader();
  await body?.read();
  await body?.cancel();
  await ended.promise;
});

test('an export has little of the log in hand, however slowly it is taken', async () => {
  await trail.record(drafts(...Array.from({ length: 3_000 }, () => ({}))));
  const { store } = trail;
  const steps: number[] = [];
  const reader = trail.readerWith({
    scan(organisation, range, filter) {
      steps.push(range.to - range.from);
      return store.scan(organisation, range, filter);
    },
  });
  const app = trail.serve(createUpcloudServer(), { reader });
  const response = await send('/1.3/audit-logs/export?format=json', {}, app);
  const body = response.body!.getReader();
  await body.read();
  await new Promise((resolve) => setImmediate(resolve));
  const read = steps.reduce((sum, step) => sum + step, 0);
  assert.ok(read <= 1_000, `${read} events were read`);
  assert.ok(Math.max(...steps) <= 250);
  await body.cancel();
});

test('asking for the head of an export reads no event', async () => {
  await trail.record(drafts({}));
  const reader = trail.readerWith({ scan: () => assert.fail('the log is read') });
  const app = trail.serve(createUpcloudServer(), { reader });
  const response = await app.request('/1.3/audit-logs/export', {
    method: 'HEAD',
    headers: { Authorization: `Bearer ${key}` },
  });
  assert.equal(response.headers.get('Content-Type'), 'text/csv; charset=utf-8');
  assert.equal(response.body, null);
  assert.deepEqual(trail.faults, []);
});

test('reads are noted; what shows no event is not', async () => {
  await trail.record([upcloudDraft(upcloudLogin)]);
  await send('/1.3/account');
  await send('/1.3/audit-logs/filter-options');
  await send('/1.3/audit-logs?limit=nonsense');
  await send('/1.3/audit-logs?q=maria');
  await send('/1.3/audit-logs/01JY5WYGR0AAAAAAAAAAAAAAAA');
  await send('/1.3/audit-logs/export?format=json');
  assert.deepEqual(trail.reads, [
    { action: 'audit_log.list', facts: { query: '?q=maria' } },
    { action: 'audit_log.read', facts: { eventID: '01JY5WYGR0AAAAAAAAAAAAAAAA' } },
    { action: 'audit_log.export', facts: { format: 'json', snapshot: 1 } },
  ]);
});

test('Basic and Bearer open every path, HEAD included', async () => {
  const [, id, secret] = key.split('_');
  const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  for (const path of ['account', 'audit-logs', 'audit-logs/filter-options', 'audit-logs/export']) {
    const headers = { Authorization: basic, 'Content-Type': 'application/json' };
    assert.equal((await send(`/1.3/${path}`, headers)).status, 200, path);
    const head = await server.request(`/1.3/${path}`, { method: 'HEAD', headers });
    assert.equal(head.status, 200, path);
    assert.equal(await head.text(), '');
  }
});

/** Method, path, credential; status, code, names of the parameters that are wrong. */
const rejections: [
  string,
  string,
  'reader' | 'writer' | 'none' | 'wrong',
  number,
  string,
  string[]?,
][] = [
  ['GET', '/1.3/audit-logs', 'none', 401, 'ERROR_AUTHENTICATION_FAILED'],
  ['GET', '/1.3/audit-logs', 'wrong', 401, 'ERROR_AUTHENTICATION_FAILED'],
  ['GET', '/1.3/audit-logs', 'writer', 401, 'ERROR_INVALID_CREDENTIALS'],
  ['GET', '/1.3/account', 'none', 401, 'ERROR_AUTHENTICATION_FAILED'],
  ['GET', '/1.3/account', 'writer', 401, 'ERROR_INVALID_CREDENTIALS'],
  ['GET', '/1.3/audit-logs/filter-options', 'none', 401, 'ERROR_AUTHENTICATION_FAILED'],
  ['GET', '/1.3/audit-logs/export', 'writer', 401, 'ERROR_INVALID_CREDENTIALS'],
  ['GET', '/1.3/audit-logs/01JY5WYGR0AAAAAAAAAAAAAAAA', 'writer', 401, 'ERROR_INVALID_CREDENTIALS'],
  ['GET', '/1.3/audit-logs?limit=201', 'none', 401, 'ERROR_AUTHENTICATION_FAILED'],
  ['GET', '/1.3/audit-logs?limit=201', 'reader', 400, 'ERROR_INVALID_REQUEST', ['limit']],
  ['GET', '/1.3/audit-logs?limit=-1', 'reader', 400, 'ERROR_INVALID_REQUEST', ['limit']],
  ['GET', '/1.3/audit-logs?limit=1e2', 'reader', 400, 'ERROR_INVALID_REQUEST', ['limit']],
  ['GET', '/1.3/audit-logs?limit=1&limit=2', 'reader', 400, 'ERROR_INVALID_REQUEST', ['limit']],
  ['GET', '/1.3/audit-logs?offset=-1', 'reader', 400, 'ERROR_INVALID_REQUEST', ['offset']],
  ['GET', '/1.3/audit-logs?offset=2147483648', 'reader', 400, 'ERROR_INVALID_REQUEST', ['offset']],
  ['GET', '/1.3/audit-logs?actions=resize', 'reader', 400, 'ERROR_INVALID_REQUEST', ['actions']],
  [
    'GET',
    '/1.3/audit-logs?actions=create,GET',
    'reader',
    400,
    'ERROR_INVALID_REQUEST',
    ['actions'],
  ],
  ['GET', '/1.3/audit-logs?origins=API', 'reader', 400, 'ERROR_INVALID_REQUEST', ['origins']],
  [
    'GET',
    '/1.3/audit-logs?resource_types=network&created_after=yesterday&created_before=2026-02-30T00:00:00Z',
    'reader',
    400,
    'ERROR_INVALID_REQUEST',
    ['created_after', 'created_before', 'resource_types'],
  ],
  ['GET', '/1.3/audit-logs/export?format=xml', 'reader', 400, 'ERROR_INVALID_REQUEST', ['format']],
  ['GET', '/1.3/audit-logs/export?format=CSV', 'reader', 400, 'ERROR_INVALID_REQUEST', ['format']],
  [
    'GET',
    '/1.3/audit-logs/export?format=csv&format=json',
    'reader',
    400,
    'ERROR_INVALID_REQUEST',
    ['format'],
  ],
  ['GET', '/1.3/audit-logs/not-a-ulid', 'reader', 400, 'ERROR_INVALID_REQUEST', ['cloudEventID']],
  [
    'GET',
    '/1.3/audit-logs/01jy5wygr0aaaaaaaaaaaaaaaa',
    'reader',
    400,
    'ERROR_INVALID_REQUEST',
    ['cloudEventID'],
  ],
  ['GET', '/1.3/audit-logs/01JY5WYGR0AAAAAAAAAAAAAAAA', 'reader', 404, 'ERROR_RESOURCE_NOT_FOUND'],
  ['GET', '/1.3/audit-logs/ZZZZZZZZZZZZZZZZZZZZZZZZZZ', 'reader', 404, 'ERROR_RESOURCE_NOT_FOUND'],
  ['GET', '/1.3/server', 'reader', 404, 'ERROR_RESOURCE_NOT_FOUND'],
  ['GET', '/1.3/audit-logs/', 'reader', 404, 'ERROR_RESOURCE_NOT_FOUND'],
  ['GET', '/1.2/audit-logs', 'none', 404, 'ERROR_RESOURCE_NOT_FOUND'],
  ['POST', '/1.3/audit-logs', 'reader', 405, 'ERROR_METHOD_NOT_ALLOWED'],
  [
    'DELETE',
    '/1.3/audit-logs/01JY5WYGR0AAAAAAAAAAAAAAAA',
    'reader',
    405,
    'ERROR_METHOD_NOT_ALLOWED',
  ],
  ['PUT', '/1.3/audit-logs/export', 'none', 405, 'ERROR_METHOD_NOT_ALLOWED'],
  ['PATCH', '/1.3/account', 'reader', 405, 'ERROR_METHOD_NOT_ALLOWED'],
];

test('each wrong request has its problem document', async () => {
  const credentials = {
    reader: { Authorization: `Bearer ${key}` },
    writer: { Authorization: `Bearer ${trail.key('writer')}` },
    wrong: { Authorization: `Bearer ${key.slice(0, -1)}?` },
    none: {},
  };
  for (const [method, path, who, status, code, wrong] of rejections) {
    const response = await server.request(path, { method, headers: credentials[who] });
    const name = `${method} ${path} (${who})`;
    assert.equal(response.status, status, name);
    assert.equal(response.headers.get('Content-Type'), 'application/problem+json', name);
    assert.equal(response.headers.get('Allow'), status === 405 ? 'GET, HEAD' : null, name);
    assert.equal(response.headers.has('WWW-Authenticate'), status === 401, name);
    const problem = decodeProblem(await response.json());
    assert.equal(problem.type, `https://developers.upcloud.com/1.3/errors#${code}`, name);
    assert.equal(problem.status, status, name);
    const named = (problem.invalid_params ?? []) as { name: string }[];
    assert.deepEqual(named.map((each) => each.name).toSorted(), wrong ?? [], name);
  }
  assert.deepEqual(trail.faults, []);
});

test('the response to a wrong limit is exactly the vendor’s', async () => {
  const response = await send('/1.3/audit-logs?limit=500');
  assert.deepEqual(await response.json(), {
    type: 'https://developers.upcloud.com/1.3/errors#ERROR_INVALID_REQUEST',
    title: 'Validation error.',
    status: 400,
    detail: 'Cannot read the parameters: limit',
    invalid_params: [{ name: 'limit', reason: 'Must be a whole number between 0 and 200.' }],
    correlation_id: '01KVJEDVG01111111111111111',
  });
});

test('the response to a word that is not listed names those that are', async () => {
  const response = await send('/1.3/audit-logs?origins=api,console');
  const { invalid_params } = decodeProblem(await response.json());
  assert.deepEqual(invalid_params, [
    { name: 'origins', reason: 'Must be one of api, gui, upcloud_internal.' },
  ]);
});

test('a failure of the server is hidden from the client and reported to the operator', async () => {
  const reader = trail.readerWith({ head: () => Promise.reject(new Error('secret path /data/7')) });
  const app = trail.serve(createUpcloudServer(), { reader });
  const response = await send('/1.3/audit-logs', {}, app);
  assert.equal(response.status, 500);
  const text = await response.text();
  assert.equal(decodeProblem(JSON.parse(text)).title, 'Service error.');
  assert.doesNotMatch(text, /secret/);
  assert.match(String(trail.faults[0]), /secret path/);
});

test('too many requests get a response that says when to try again', async () => {
  const admit = () => {
    throw new AnnalsError('too-many-requests', 'Slow down', { retryAfterSeconds: 3 });
  };
  const response = await send('/1.3/audit-logs', {}, trail.serve(createUpcloudServer(), { admit }));
  assert.equal(response.status, 429);
  assert.equal(response.headers.get('Retry-After'), '3');
  decodeProblem(await response.json());
});
