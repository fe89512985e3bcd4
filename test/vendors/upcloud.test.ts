import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { upcloudFilterOptions } from './events/upcloud.fixture.ts';
import { timeOf } from './events.fixture.ts';
import { randomHistory } from './history.fixture.ts';
import type { UpcloudSwitches } from './upcloud.fixture.ts';
import { startVendor, type Vendor, type VendorEvent } from './vendor.fixture.ts';

type Upcloud = Vendor<'upcloud'>;

async function get(vendor: Upcloud, path: string, authorization?: string) {
  const response = await fetch(`${vendor.url}/1.3/${path}`, {
    headers: { authorization: authorization ?? `Bearer ${vendor.credentials.token}` },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function list(vendor: Upcloud, query = '') {
  const { status, headers, text } = await get(vendor, `audit-logs?${query}`);
  assert.equal(status, 200, text);
  const { audit_logs } = JSON.parse(text) as { audit_logs: VendorEvent[] };
  return { events: audit_logs, total: headers.get('upcloud-total-count') };
}

const history = randomHistory('upcloud', 1, { count: 250 });
const start = (switches: Partial<UpcloudSwitches> = {}, events = history.events) =>
  startVendor('upcloud', { history: { events, changes: [] }, switches });

describe('upcloud pages', () => {
  test('cover the whole list, newest first, and end with an empty one', async () => {
    await using vendor = await start();
    const pages = [0, 100, 200, 300].map((offset) => list(vendor, `limit=100&offset=${offset}`));
    const lists = (await Promise.all(pages)).map(({ events }) => events);
    assert.deepEqual(
      lists.map(({ length }) => length),
      [100, 100, 50, 0],
    );
    assert.deepEqual(lists.flat().toReversed(), vendor.truth());
  });

  test('have 50 events by default, and none for limit=0', async () => {
    await using vendor = await start();
    assert.equal((await list(vendor)).events.length, 50);
    assert.deepEqual(await list(vendor, 'limit=0'), { events: [], total: '250' });
  });

  for (const maxLimit of [100, 200]) {
    test(`maxLimit: more than ${maxLimit} is rejected`, async () => {
      await using vendor = await start({ maxLimit });
      assert.equal((await list(vendor, `limit=${maxLimit}`)).events.length, maxLimit);
      const { status, headers, text } = await get(vendor, `audit-logs?limit=${maxLimit + 1}`);
      assert.equal(status, 400);
      assert.equal(headers.get('content-type'), 'application/problem+json');
      assert.equal(JSON.parse(text).invalid_params[0].name, 'limit');
    });
  }

  for (const query of [
    'limit=-1',
    'limit=ten',
    'offset=-1',
    'offset=1.5',
    'actions=explode',
    'actions=create,delete',
    'origins=mars',
    'resource_types=network',
    'created_after=yesterday',
    'created_before=2026-06-01T00:00:00+00:00',
  ]) {
    test(`are rejected for ${query}`, async () => {
      await using vendor = await start();
      assert.equal((await get(vendor, `audit-logs?${query}`)).status, 400);
    });
  }
});

describe('upcloud switches', () => {
  test('order: newest first, oldest first, or in no order of time', async () => {
    const orderOf = async (order: UpcloudSwitches['order']) => {
      await using vendor = await start({ order });
      const { events } = await list(vendor, 'limit=200');
      return events.map((event) => timeOf('upcloud', event));
    };
    const times = history.events.map((event) => timeOf('upcloud', event));
    const oldest = times.toSorted((a, b) => Number(a - b));
    assert.deepEqual(await orderOf('oldest'), oldest.slice(0, 200));
    assert.deepEqual(await orderOf('newest'), oldest.toReversed().slice(0, 200));
    const unsorted = await orderOf('unsorted');
    const sorted = unsorted.toSorted((a, b) => Number(a - b));
    assert.notDeepEqual(unsorted, sorted);
    assert.notDeepEqual(unsorted, sorted.toReversed());
  });

  test('offset: pages, where 0 and 1 are the first one', async () => {
    await using vendor = await start({ offset: 'pages' });
    const at = async (offset: number) => (await list(vendor, `limit=100&offset=${offset}`)).events;
    const [zero, one, two, three, four] = await Promise.all([0, 1, 2, 3, 4].map(at));
    assert.deepEqual(zero, one);
    assert.deepEqual([...(one ?? []), ...(two ?? []), ...(three ?? [])].reverse(), vendor.truth());
    assert.deepEqual(four, []);
  });

  for (const [total, expected] of [
    ['right', '250'],
    ['missing', null],
    ['zero', '0'],
    ['low', '125'],
    ['high', '350'],
  ] as const) {
    test(`total: ${total}`, async () => {
      await using vendor = await start({ total });
      assert.equal((await list(vendor)).total, expected);
    });
  }

  test('errors: the legacy shape', async () => {
    await using vendor = await start({ errors: 'legacy' });
    const { status, headers, text } = await get(vendor, 'audit-logs?limit=9999');
    assert.equal(status, 400);
    assert.equal(headers.get('content-type'), 'application/json');
    assert.equal(JSON.parse(text).error.error_code, 'INVALID_REQUEST');
  });

  test('retentionDays: older events are neither listed, exported nor found', async () => {
    await using vendor = await startVendor('upcloud', {
      history: { ...history, changes: [] },
      switches: { retentionDays: 10 },
      now: () => Date.parse('2026-06-30T00:00:00Z'),
    });
    const kept = vendor.truth({ from: '2026-06-20T00:00:00Z' });
    assert.equal((await list(vendor)).total, String(kept.length));
    const exported = JSON.parse((await get(vendor, 'audit-logs/export?format=json')).text);
    assert.deepEqual(exported.toReversed(), kept);
    const [oldest] = vendor.truth();
    assert.equal((await get(vendor, `audit-logs/${oldest?.cloud_event_id}`)).status, 404);
  });
});

describe('upcloud filters', () => {
  test('both time bounds are inclusive', async () => {
    await using vendor = await start();
    const truth = vendor.truth();
    const [first, last] = [truth[100], truth[120]];
    const bounds = { created_after: String(first?.time), created_before: String(last?.time) };
    const query = new URLSearchParams({ ...bounds, limit: '200' });
    const { events, total } = await list(vendor, query.toString());
    assert.equal(events.at(-1)?.time, first?.time);
    assert.equal(events[0]?.time, last?.time);
    assert.equal(total, String(events.length));
    const atOnce = { created_after: String(first?.time), created_before: String(first?.time) };
    assert.ok((await list(vendor, new URLSearchParams(atOnce).toString())).events.length > 0);
  });

  for (const [name, member] of [
    ['actions', 'action'],
    ['origins', 'origin'],
    ['resource_types', 'resource_type'],
  ] as const) {
    test(`${name} are any of the repeated values`, async () => {
      await using vendor = await start();
      const values: unknown[] = upcloudFilterOptions[name].slice(0, 2);
      const query = values.map((value) => `${name}=${value}`).join('&');
      const { events } = await list(vendor, `limit=200&${query}`);
      const where = (event: VendorEvent) => values.includes(event[member]);
      assert.deepEqual(events.toReversed(), vendor.truth({ where }));
    });
  }

  test('q is a username, an address or a resource id', async () => {
    await using vendor = await start();
    const known = vendor.truth().find((event) => event.resource_id && event.ip_address);
    for (const member of ['resource_id', 'ip_address', 'account_username']) {
      const query = new URLSearchParams({ q: String(known?.[member]), limit: '200' });
      const where = (event: VendorEvent) => event[member] === known?.[member];
      const { events } = await list(vendor, query.toString());
      assert.deepEqual(events.toReversed(), vendor.truth({ where }));
    }
    assert.deepEqual((await list(vendor, 'q=nobody')).events, []);
  });
});

describe('upcloud besides the list', () => {
  test('has one event by its id', async () => {
    await using vendor = await start();
    const [event] = vendor.truth();
    const { text } = await get(vendor, `audit-logs/${event?.cloud_event_id}`);
    assert.deepEqual(JSON.parse(text), event);
    assert.equal((await get(vendor, 'audit-logs/01JY5XQ8M3W7N2B4C6D8E0F2GH')).status, 404);
    assert.equal((await get(vendor, 'audit-logs/not-an-id')).status, 400);
  });

  test('has the filter options and the account', async () => {
    await using vendor = await start();
    const options = await get(vendor, 'audit-logs/filter-options');
    assert.deepEqual(JSON.parse(options.text), upcloudFilterOptions);
    assert.equal(JSON.parse((await get(vendor, 'account')).text).account.username, 'ops_bot');
  });

  test('takes a token or a username with a password', async () => {
    await using vendor = await start();
    const { username, password } = vendor.credentials;
    const basic = (word: string) =>
      `Basic ${Buffer.from(`${username}:${word}`).toString('base64')}`;
    assert.equal((await get(vendor, 'account', basic(password))).status, 200);
    assert.equal((await get(vendor, 'account', basic('wrong'))).status, 401);
    assert.equal((await get(vendor, 'account', 'Bearer wrong')).status, 401);
  });

  test('has no other paths and no other verbs', async () => {
    await using vendor = await start();
    const headers = { authorization: `Bearer ${vendor.credentials.token}` };
    assert.equal((await get(vendor, 'audit-logs/a/b')).status, 404);
    const deleted = await fetch(`${vendor.url}/1.3/audit-logs`, { method: 'DELETE', headers });
    assert.equal(deleted.status, 405);
  });
});

describe('upcloud export', () => {
  for (const jsonShape of ['array', 'object'] as const) {
    test(`jsonShape: ${jsonShape}`, async () => {
      await using vendor = await start({ jsonShape });
      const { headers, text } = await get(vendor, 'audit-logs/export?format=json');
      assert.equal(headers.get('content-type'), 'application/json');
      assert.equal(headers.get('transfer-encoding'), 'chunked');
      const body = JSON.parse(text);
      const events = jsonShape === 'array' ? body : body.audit_logs;
      assert.deepEqual(events.toReversed(), vendor.truth());
    });
  }

  const event = {
    time: '2026-06-01T00:00:00Z',
    auth_type: 'api',
    cloud_event_id: '01JY5XQ8M3W7N2B4C6D8E0F2GH',
    upcloud_correlation_id: '3f0c2f4e-7f0a-4d5e-9a0f-2b6e1c9d7a11',
    resource_type: 'server',
    action: 'update',
    origin: 'api',
    account_username: 'a "quoted", name',
    current_state: { title: 'two\nlines' },
    zoneOfOrigin: 'fi',
  };
  const header =
    'time,auth_type,cloud_event_id,upcloud_correlation_id,resource_type,resource_sub_type,' +
    'action,origin,account_username,ip_address,resource_id,current_state,previous_state';
  const row =
    '2026-06-01T00:00:00Z,api,01JY5XQ8M3W7N2B4C6D8E0F2GH,3f0c2f4e-7f0a-4d5e-9a0f-2b6e1c9d7a11,' +
    'server,,update,api,"a ""quoted"", name",,,"{""title"":""two\\nlines""}",';

  for (const [name, switches, expected] of [
    ['as the schema orders it', {}, `${header}\n${row}\n`],
    ['csvMark: bom', { csvMark: 'bom' }, `\uFEFF${header}\n${row}\n`],
    ['csvLines: crlf', { csvLines: 'crlf' }, `${header}\r\n${row}\r\n`],
    ['csvColumns: extra', { csvColumns: 'extra' }, `zoneOfOrigin,${header},nested\nfi,${row},\n`],
  ] as const) {
    test(`CSV ${name}`, async () => {
      await using vendor = await start(switches, [event]);
      const response = await fetch(`${vendor.url}/1.3/audit-logs/export`, {
        headers: { authorization: `Bearer ${vendor.credentials.token}` },
      });
      assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8');
      assert.equal(Buffer.from(await response.arrayBuffer()).toString(), expected);
    });
  }

  test('csvColumns: reordered, rows as the header', async () => {
    await using vendor = await start({ csvColumns: 'reordered' }, [event]);
    const { text } = await get(vendor, 'audit-logs/export?format=csv');
    const [columns, values] = text.split('\n');
    assert.equal(columns, header.split(',').toReversed().join(','));
    assert.match(String(values), /^,"\{.*,server,.*,2026-06-01T00:00:00Z$/);
  });

  test('knows no other format', async () => {
    await using vendor = await start();
    assert.equal((await get(vendor, 'audit-logs/export?format=xml')).status, 400);
  });
});
