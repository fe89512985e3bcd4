import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isSystemEntry } from './events/thalassa.fixture.ts';
import { timeOf } from './events.fixture.ts';
import { expireTokens, faultsAt } from './faults.fixture.ts';
import { randomHistory } from './history.fixture.ts';
import { randomEvents } from './random-events.fixture.ts';
import type { ThalassaSwitches } from './thalassa.fixture.ts';
import { startVendor, type Vendor, type VendorEvent } from './vendor.fixture.ts';

interface Envelope {
  items: VendorEvent[] | null;
  page?: number;
  itemsPerPage?: number;
  totalPages?: number;
  totalItems?: number;
  totalCount?: number;
}

type Thalassa = Vendor<'thalassa'>;

async function get(vendor: Thalassa, query = '', headers: Record<string, string> = {}) {
  const { organisation, personalAccessToken } = vendor.credentials;
  const response = await fetch(`${vendor.url}/v1/audit?${query}`, {
    headers: {
      authorization: `Token ${personalAccessToken}`,
      'x-organisation-identity': organisation,
      ...headers,
    },
  });
  return { status: response.status, body: (await response.json()) as Envelope };
}

const itemsOf = async (vendor: Thalassa, query = '') =>
  (await get(vendor, query)).body.items as VendorEvent[];

const start = (switches: Partial<ThalassaSwitches> = {}, count = 45) =>
  startVendor('thalassa', { history: randomHistory('thalassa', 1, { count }), switches });

describe('thalassa pages', () => {
  test('are counted from 1, cover the whole list and end with an empty one', async () => {
    await using vendor = await start();
    const pages = [1, 2, 3, 4].map((page) => itemsOf(vendor, `page=${page}&limit=20`));
    const [one = [], two = [], three = [], four] = await Promise.all(pages);
    assert.deepEqual([one.length, two.length, three.length, four], [20, 20, 5, []]);
    assert.deepEqual([...one, ...two, ...three].toReversed(), vendor.truth());
  });

  test('have an envelope that says where they are', async () => {
    await using vendor = await start();
    const { items: _, ...rest } = (await get(vendor, 'page=2&limit=20')).body;
    const expected = { page: 2, itemsPerPage: 20, totalPages: 3, totalItems: 45, totalCount: 45 };
    assert.deepEqual(rest, expected);
  });

  test('have 50 entries by default, and never more than the limit allows', async () => {
    await using vendor = await start({ maxLimit: 60 }, 100);
    assert.equal((await itemsOf(vendor)).length, 50);
    const { body } = await get(vendor, 'limit=1000');
    assert.deepEqual([body.items?.length, body.itemsPerPage, body.totalPages], [60, 60, 2]);
  });

  for (const query of ['page=0', 'page=-1', 'limit=0', 'limit=ten', 'page=1.5', 'page=']) {
    test(`are rejected for ${query}`, async () => {
      await using vendor = await start();
      assert.equal((await get(vendor, query)).status, 400);
    });
  }

  test('drift as events arrive: the last of page 1 is the first of page 2', async () => {
    const [event] = randomEvents('thalassa', 'new', 1, { from: '2026-07-01T00:00:00Z' });
    assert.ok(event);
    await using vendor = await start();
    const one = await itemsOf(vendor, 'page=1&limit=20');
    vendor.arrive([{ ...event, createdAt: '2026-07-02T00:00:00Z' }]);
    const two = await itemsOf(vendor, 'page=2&limit=20');
    assert.deepEqual(one.at(-1), two[0]);
  });
});

describe('thalassa switches', () => {
  test('order: newest first, oldest first, or in no order of time but always the same', async () => {
    const orderOf = async (order: ThalassaSwitches['order']) => {
      await using vendor = await start({ order });
      const items = await itemsOf(vendor);
      assert.deepEqual(await itemsOf(vendor), items);
      return items.map((event) => timeOf('thalassa', event));
    };
    const oldest = await orderOf('oldest');
    assert.deepEqual(
      oldest,
      oldest.toSorted((a, b) => Number(a - b)),
    );
    assert.deepEqual(await orderOf('newest'), oldest.toReversed());
    const unsorted = await orderOf('unsorted');
    assert.notDeepEqual(unsorted, oldest);
    assert.notDeepEqual(unsorted, oldest.toReversed());
  });

  for (const [totals, expected] of [
    ['right', [3, 45, 45]],
    ['missing', [undefined, undefined, undefined]],
    ['zero', [0, 0, 0]],
    ['low', [2, 22, 22]],
    ['high', [5, 85, 85]],
  ] as const) {
    test(`totals: ${totals}`, async () => {
      await using vendor = await start({ totals });
      const { body } = await get(vendor, 'limit=20');
      assert.deepEqual([body.totalPages, body.totalItems, body.totalCount], expected);
    });
  }

  test('envelope: the bare array', async () => {
    await using vendor = await start({ envelope: 'array', noItems: 'null' });
    assert.deepEqual((await get(vendor)).body, vendor.truth().toReversed());
    assert.deepEqual((await get(vendor, 'page=2')).body, []);
  });

  test('noItems: null instead of an empty list', async () => {
    await using vendor = await start({ noItems: 'null' });
    assert.equal((await get(vendor, 'page=2')).body.items, null);
    assert.equal((await itemsOf(vendor, 'page=1')).length, 45);
  });
});

describe('thalassa filters', () => {
  const events: VendorEvent[] = [
    {
      createdAt: '2026-06-01T00:00:00Z',
      eventID: 'a',
      userIdentity: 'usr-1',
      impersonatorIdentity: 'usr-9',
      action: 'DELETE',
      description: 'Deleted VPC Staging',
      resourceType: 'cloud_vpc',
      context: { status: 204 },
    },
    {
      createdAt: '2026-06-02T00:00:00Z',
      eventID: 'b',
      serviceAccountIdentity: 'sa-1',
      organizationIdentity: 'org-2',
      action: 'kms.decrypt',
      resourceType: 'kms_key',
      resourceIdentity: 'kms-1',
    },
    { createdAt: '2026-06-03T00:00:00Z', eventID: 'c', action: 'GET', resourceType: 'dns_zone' },
  ];

  for (const [query, expected] of [
    ['searchText=staging', 'a'],
    ['userIdentity=usr-1', 'a'],
    ['impersonatorIdentity=usr-9', 'a'],
    ['responseStatus=204', 'a'],
    ['serviceAccount=sa-1', 'b'],
    ['resourceIdentity=kms-1', 'b'],
    ['organizationIdentity=org-2', 'b'],
    ['action=delete,KMS.decrypt', 'ba'],
    ['resourceType=dns_zone,cloud_vpc', 'ca'],
    ['resourceType=dns_zone,cloud_vpc&action=GET', 'c'],
    ['action=', 'cba'],
    ['from=2026-06-02&to=2026-06-02&created_after=2026-06-02T00:00:00Z', 'cba'],
  ]) {
    test(`${query} lists ${expected}`, async () => {
      await using vendor = await startVendor('thalassa', { history: { events, changes: [] } });
      const items = await itemsOf(vendor, query);
      assert.equal(items.map(({ eventID }) => eventID).join(''), expected);
    });
  }

  test('totals count what the filters let through', async () => {
    await using vendor = await startVendor('thalassa', { history: { events, changes: [] } });
    assert.equal((await get(vendor, 'userIdentity=usr-1')).body.totalCount, 1);
  });

  test('entries of system services are left out by default', async () => {
    const system = randomEvents('thalassa', 2, 40, { system: 0.5 });
    await using vendor = await startVendor('thalassa', {
      history: { events: system, changes: [] },
    });
    const shown = await itemsOf(vendor);
    assert.ok(shown.length > 0 && shown.length < 40 && !shown.some(isSystemEntry));
    assert.equal((await itemsOf(vendor, 'includeSystemServices=true')).length, 40);
  });
});

describe('thalassa access', () => {
  test('needs an organisation it knows', async () => {
    await using vendor = await start();
    assert.equal((await get(vendor, '', { 'x-organisation-identity': '' })).status, 400);
    assert.equal((await get(vendor, '', { 'x-organisation-identity': 'org-other' })).status, 404);
  });

  test('takes a personal access token as Token, not as Bearer', async () => {
    await using vendor = await start();
    const { personalAccessToken } = vendor.credentials;
    const status = async (authorization: string) =>
      (await get(vendor, '', { authorization })).status;
    assert.equal(await status(`Token ${personalAccessToken}`), 200);
    assert.equal(await status(`Bearer ${personalAccessToken}`), 401);
    assert.equal(await status('Token other'), 401);
    assert.equal(await status(''), 401);
  });

  test('is for reading the list alone', async () => {
    await using vendor = await start();
    const at = (path: string, method: string) => fetch(vendor.url + path, { method });
    assert.equal((await at('/v1/audit', 'DELETE')).status, 405);
    assert.equal((await at('/v1/nothing', 'GET')).status, 404);
  });
});

describe('thalassa tokens', () => {
  const formEncoded = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);

  async function requestToken(vendor: Thalassa, form: Record<string, string>, basic = false) {
    const { clientId, clientSecret } = vendor.credentials;
    const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
    const response = await fetch(`${vendor.url}/oidc/token`, {
      method: 'POST',
      headers: basic ? { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } : {},
      body: new URLSearchParams(form),
    });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, ...body } as Record<string, unknown>;
  }

  const clientForm = ({ credentials }: Thalassa) => ({
    grant_type: 'client_credentials',
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
  });

  const bearer = async (vendor: Thalassa, token: unknown) =>
    (await get(vendor, '', { authorization: `Bearer ${token}` })).status;

  for (const [location, basic, form] of [
    ['either', 200, 200],
    ['basic', 200, 401],
    ['form', 401, 200],
  ] as const) {
    test(`clientAuthentication: ${location}`, async () => {
      await using vendor = await start({ clientAuthentication: location });
      const grant = { grant_type: 'client_credentials' };
      assert.equal((await requestToken(vendor, grant, true)).status, basic);
      assert.equal((await requestToken(vendor, clientForm(vendor))).status, form);
      const wrong = { ...clientForm(vendor), client_secret: 'wrong' };
      assert.equal((await requestToken(vendor, wrong)).error, 'invalid_client');
    });
  }

  for (const [expiresIn, expected] of [
    ['number', 60],
    ['text', '60'],
    ['missing', undefined],
  ] as const) {
    test(`expiresIn: ${expiresIn}`, async () => {
      await using vendor = await start({ expiresIn, tokenSeconds: 60 });
      const token = await requestToken(vendor, clientForm(vendor));
      assert.deepEqual([token.token_type, token.expires_in], ['Bearer', expected]);
    });
  }

  test('tokenSeconds: a token is valid so long, and a new one again', async () => {
    let now = 0;
    await using vendor = await startVendor('thalassa', {
      switches: { tokenSeconds: 60 },
      now: () => now,
    });
    const { access_token } = await requestToken(vendor, clientForm(vendor));
    now = 59_999;
    assert.equal(await bearer(vendor, access_token), 200);
    now = 60_000;
    assert.equal(await bearer(vendor, access_token), 401);
    const renewed = await requestToken(vendor, clientForm(vendor));
    assert.equal(await bearer(vendor, renewed.access_token), 200);
  });

  test('that expire on the way stay expired until a new one is requested', async () => {
    await using vendor = await startVendor('thalassa', { faults: faultsAt({ 3: expireTokens() }) });
    const first = await requestToken(vendor, clientForm(vendor));
    assert.equal(await bearer(vendor, first.access_token), 200);
    assert.equal(await bearer(vendor, first.access_token), 401);
    assert.equal(await bearer(vendor, first.access_token), 401);
    const second = await requestToken(vendor, clientForm(vendor));
    assert.equal(await bearer(vendor, second.access_token), 200);
    assert.deepEqual(
      vendor.requests.map(({ status }) => status),
      [200, 200, 401, 401, 200, 200],
    );
  });

  test('can be had for a trusted token of another issuer', async () => {
    let now = 0;
    await using vendor = await startVendor('thalassa', { now: () => now });
    const { credentials } = vendor;
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: credentials.subjectToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      organisation_id: credentials.organisation,
      service_account_id: credentials.serviceAccount,
      access_token_lifetime: '90s',
    };
    const { access_token, expires_in } = await requestToken(vendor, form);
    assert.equal(expires_in, 90);
    now = 89_999;
    assert.equal(await bearer(vendor, access_token), 200);
    assert.equal((await requestToken(vendor, { ...form, subject_token: 'forged' })).status, 400);
    assert.equal((await requestToken(vendor, { grant_type: 'password' })).status, 400);
  });
});
