import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { hour, minute, systemClock } from '../core/micros.ts';
import type { Organisation } from '../core/organisation.ts';
import { TrustedProxies } from '../http/trusted-proxies.ts';
import { TestApp } from './app.fixture.ts';
import { textOf } from './trail/sse.fixture.ts';

/** Every route, what it needs, and a request to it. `OTHER` is replaced by what belongs to the other organisation. */
const routes = [
  {
    method: 'POST',
    path: '/v1/audit/events',
    allowed: ['org-admin', 'writer'],
    body: { action: 'a' },
  },
  { method: 'GET', path: '/v1/audit', allowed: ['org-admin', 'org-auditor'] },
  { method: 'GET', path: '/v1/audit?fromSequence=0', allowed: ['org-admin', 'org-auditor'] },
  {
    method: 'GET',
    path: '/v1/audit?includeSystemServices=true',
    allowed: ['org-admin', 'org-auditor'],
  },
  {
    method: 'GET',
    path: '/v1/audit?organizationIdentity=OTHER',
    allowed: ['org-admin', 'org-auditor'],
  },
  { method: 'GET', path: '/v1/audit/filter-options', allowed: ['org-admin', 'org-auditor'] },
  { method: 'GET', path: '/v1/audit/histogram', allowed: ['org-admin', 'org-auditor'] },
  { method: 'GET', path: '/v1/audit/facets', allowed: ['org-admin', 'org-auditor'] },
  { method: 'GET', path: '/v1/audit/stream', allowed: ['org-admin', 'org-auditor'] },
  { method: 'GET', path: '/v1/audit/export?format=ndjson', allowed: ['org-admin', 'org-auditor'] },
  { method: 'GET', path: '/v1/audit/own-event', allowed: ['org-admin', 'org-auditor'] },
  { method: 'GET', path: '/v1/audit/sequence/0', allowed: ['org-admin', 'org-auditor'] },
  {
    method: 'GET',
    path: '/1.3/account',
    allowed: ['org-admin', 'org-auditor'],
    dialect: 'upcloud',
  },
  {
    method: 'GET',
    path: '/1.3/account/details/ROLE%20key',
    allowed: ['org-admin', 'org-auditor'],
    dialect: 'upcloud',
  },
  {
    method: 'GET',
    path: '/1.3/audit-logs',
    allowed: ['org-admin', 'org-auditor'],
    dialect: 'upcloud',
  },
  {
    method: 'GET',
    path: '/1.3/audit-logs/filter-options',
    allowed: ['org-admin', 'org-auditor'],
    dialect: 'upcloud',
  },
  {
    method: 'GET',
    path: '/1.3/audit-logs/export',
    allowed: ['org-admin', 'org-auditor'],
    dialect: 'upcloud',
  },
  {
    method: 'GET',
    path: '/1.3/audit-logs/export?format=json',
    allowed: ['org-admin', 'org-auditor'],
    dialect: 'upcloud',
  },
  {
    method: 'GET',
    path: '/1.3/audit-logs/ULID',
    allowed: ['org-admin', 'org-auditor'],
    dialect: 'upcloud',
  },
  {
    method: 'GET',
    path: '/api/v1/auditlogevents',
    allowed: ['org-admin', 'org-auditor'],
    dialect: 'cockroachdb',
  },
  {
    method: 'GET',
    path: '/api/v1/auditlogevents?sort_order=DESC',
    allowed: ['org-admin', 'org-auditor'],
    dialect: 'cockroachdb',
  },
  {
    method: 'GET',
    path: '/api/v1/organization',
    allowed: ['org-admin', 'org-auditor'],
    dialect: 'cockroachdb',
  },
  { method: 'GET', path: '/v1/me', allowed: ['org-admin', 'org-auditor', 'writer', 'operator'] },
  {
    method: 'GET',
    path: '/v1/me/organisation-memberships',
    allowed: ['org-admin', 'org-auditor'],
  },
  { method: 'GET', path: '/v1/audit/checkpoint', allowed: ['org-admin', 'org-auditor'] },
  { method: 'GET', path: '/v1/audit/keys', allowed: ['org-admin', 'org-auditor'] },
  {
    method: 'GET',
    path: '/v1/audit/proof/inclusion?eventID=own-event',
    allowed: ['org-admin', 'org-auditor'],
  },
  {
    method: 'GET',
    path: '/v1/audit/proof/consistency?from=1',
    allowed: ['org-admin', 'org-auditor'],
  },
  {
    method: 'POST',
    path: '/v1/audit/proof/multiproof',
    allowed: ['org-admin', 'org-auditor'],
    body: { size: 1, runs: [[0, 1]] },
  },
  { method: 'GET', path: '/v1/audit/tile/0/000.p/1', allowed: ['org-admin', 'org-auditor'] },
  { method: 'GET', path: '/v1/audit/tile/entries/000.p/1', allowed: ['org-admin', 'org-auditor'] },
  {
    method: 'POST',
    path: '/v1/audit/erasures',
    allowed: ['org-admin'],
    body: { userIdentity: 'somebody' },
  },
  { method: 'GET', path: '/v1/organisations', allowed: ['org-admin', 'operator'] },
  {
    method: 'POST',
    path: '/v1/organisations',
    allowed: ['operator'],
    body: { slug: 'SLUG', name: 'x' },
  },
  { method: 'GET', path: '/v1/keys?organisation=OWN', allowed: ['org-admin', 'operator'] },
  {
    method: 'POST',
    path: '/v1/keys',
    allowed: ['org-admin', 'operator'],
    body: { organisation: 'OWN', role: 'writer', name: 'x' },
  },
  {
    method: 'PATCH',
    path: '/v1/organisations/OWN',
    allowed: ['operator'],
    body: { quotas: { eventsPerSecond: 0 } },
  },
  {
    method: 'PATCH',
    path: '/v1/keys/REVOCABLE',
    allowed: ['operator'],
    body: { quotas: { bytesPerDay: null } },
  },
  { method: 'DELETE', path: '/v1/keys/REVOCABLE', allowed: ['org-admin', 'operator'] },
  { method: 'GET', path: '/v1/links?organisation=OWN', allowed: ['org-admin', 'operator'] },
  {
    method: 'POST',
    path: '/v1/links',
    allowed: ['org-admin', 'operator'],
    body: { organisation: 'OWN', purpose: 'sign-in' },
  },
  {
    method: 'POST',
    path: '/v1/sessions',
    allowed: ['org-admin', 'org-auditor', 'writer', 'operator'],
    body: {},
  },
  { method: 'GET', path: '/v1/searches', allowed: ['org-admin', 'org-auditor'] },
  {
    method: 'POST',
    path: '/v1/searches',
    allowed: ['org-admin', 'org-auditor'],
    body: { name: 'by ROLE', query: 'action=a' },
  },
  { method: 'GET', path: '/v1/people?organisation=OWN', allowed: ['org-admin', 'operator'] },
  {
    method: 'GET',
    path: '/v1/sessions',
    allowed: ['org-admin', 'org-auditor', 'writer', 'operator'],
  },
] as const;

/** How each dialect says no: the status for a key that may not, and the fields of every error. */
const denials = {
  native: { denied: 403, fields: ['message'] },
  upcloud: { denied: 401, fields: ['correlation_id', 'status', 'title', 'type'] },
  cockroachdb: { denied: 403, fields: ['code', 'details', 'message'] },
} as const;

const roles = ['org-admin', 'org-auditor', 'writer', 'operator'] as const;

/** A word that is in everything of the other organisation: it must never be seen. */
const secretWord = 'zanzibar';

/** `detail` says more, and may be there or not. */
const fieldsOf = (text: string) =>
  Object.keys(JSON.parse(text))
    .filter((field) => field !== 'detail')
    .sort();

describe('who may', () => {
  const app = new TestApp();
  let own: Organisation;
  let other: Organisation;
  let otherAdmin: string;
  let ulid: string;
  const keys = new Map<string, string>();

  before(async () => {
    own = await app.organisation('own');
    other = await app.organisation(secretWord);
    for (const role of roles) {
      keys.set(role, await app.key(role, role === 'operator' ? undefined : own));
    }
    otherAdmin = await app.key('org-admin', other);
    await app.ledger.record(own.identity, [{ eventID: 'own-event', action: 'a' }]);
    await app.ledger.record(other.identity, [
      {
        eventID: `${secretWord}-event`,
        action: `${secretWord}.read`,
        resourceType: secretWord,
        userIdentity: secretWord,
        description: secretWord,
      },
    ]);
    const list = await app.json<{ audit_logs: { cloud_event_id: string }[] }>(
      'GET',
      '/1.3/audit-logs',
      { key: keys.get('org-admin')! },
    );
    ulid = list.audit_logs[0]!.cloud_event_id;
  });

  for (const [index, { method, path, allowed, ...rest }] of routes.entries()) {
    const { denied, fields } = denials['dialect' in rest ? rest.dialect : 'native'];
    for (const role of roles) {
      const expected = (allowed as readonly string[]).includes(role) ? 'may' : 'may not';
      it(`${role} ${expected} ${method} ${path}`, async () => {
        const revocable = (await app.key('writer', own)).split('_')[1]!;
        const fill = (text: string) =>
          text
            .replace('OTHER', other.identity)
            .replace('OWN', own.slug)
            .replace('ROLE', role)
            .replace('REVOCABLE', revocable)
            .replace('SLUG', `created-${index}`)
            .replace('ULID', ulid);
        const response = await app.request(method, fill(path), {
          key: keys.get(role)!,
          ...('body' in rest && { body: fill(JSON.stringify(rest.body)) }),
        });
        const text = await textOf(response);
        if (expected === 'may') {
          assert.ok(response.ok, `${response.status} ${text}`);
        } else {
          assert.equal(response.status, denied, text);
          assert.deepEqual(fieldsOf(text), fields);
        }
        // The operator may know of every organisation, and of no event.
        if (role !== 'operator') assert.ok(!text.includes(secretWord), text);
      });
    }

    for (const [what, headers] of [
      ['without a credential', {}],
      ['with an invented key', { Authorization: `Bearer annals_AAAAAAAAAAAA_${'A'.repeat(43)}` }],
      ['with rubbish', { Authorization: 'Bearer \u00ff' }],
      ['with another scheme', { Authorization: 'Digest abc' }],
    ] as const) {
      it(`${method} ${path} ${what} is 401`, async () => {
        const body = 'body' in rest ? { body: rest.body } : {};
        const response = await app.request(method, path, { headers, ...body });
        assert.equal(response.status, 401);
        assert.deepEqual(fieldsOf(await response.text()), fields);
      });
    }
  }

  it('nobody learns of another organisation by naming it', async () => {
    const admin = { key: keys.get('org-admin')! };
    const responses = async (name: string, ids: readonly string[]) => [
      await status('GET', '/v1/audit', { ...admin, headers: { 'X-Organisation-Identity': name } }),
      await status('GET', '/v1/keys', { ...admin, headers: { 'X-Organisation-Identity': name } }),
      await status('GET', '/v1/organisations', {
        ...admin,
        headers: { 'X-Organisation-Identity': name },
      }),
      await status('GET', `/v1/keys?organisation=${name}`, admin),
      await status('POST', '/v1/keys', {
        ...admin,
        body: { organisation: name, role: 'writer', name: 'x' },
      }),
      await status('GET', `/v1/audit/${ids[0]}`, admin),
      await status('DELETE', `/v1/keys/${ids[1]}`, admin),
    ];
    const status = async (...request: Parameters<TestApp['request']>) => {
      const response = await app.request(...request);
      return `${response.status} ${await response.text()}`;
    };
    const existing = await responses(secretWord, [
      `${secretWord}-event`,
      otherAdmin.split('_')[1]!,
    ]);
    const invented = await responses('nowhere', ['no-event', 'AAAAAAAAAAAA']);
    assert.deepEqual(existing, invented);
    assert.ok(
      existing.every((text) => text.startsWith('404')),
      existing.join('\n'),
    );
  });

  it('a filter for another organisation finds nothing', async () => {
    const list = await app.json<{ items: unknown[]; totalItems: number }>(
      'GET',
      `/v1/audit?organizationIdentity=${other.identity}`,
      { key: keys.get('org-admin')! },
    );
    assert.deepEqual([list.items, list.totalItems], [[], 0]);
  });

  it('an organisation may be named by identity or slug, in any scheme of its key', async () => {
    const key = keys.get('org-auditor')!;
    const [, id, secret] = key.split('_') as [string, string, string];
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    for (const name of [own.identity, own.slug]) {
      for (const authorization of [
        `Bearer ${key}`,
        `Token ${key}`,
        `token ${key}`,
        basic(`${id}:${secret}`),
        basic(`${id}:${key}`),
      ]) {
        const headers = { Authorization: authorization, 'X-Organisation-Identity': name };
        const response = await app.request('GET', '/v1/audit', { headers });
        assert.equal(response.status, 200, authorization);
      }
    }
    const right = basic(`${id}:${secret}`);
    for (const Authorization of [`${right}!!`, right.replace('=', ''), right.replace(' ', ' -')]) {
      assert.notEqual(Authorization, right);
      const response = await app.request('GET', '/v1/audit', { headers: { Authorization } });
      assert.equal(response.status, 401, Authorization);
    }
  });

  it('every other method on an audit path is 405 and says which there are', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      for (const path of [
        '/v1/audit',
        '/v1/audit/own-event',
        '/v1/audit/export',
        '/v1/audit/events',
        '/v1/audit/checkpoint',
        '/v1/audit/checkpoint/cosignatures',
        '/v1/audit/keys',
        '/v1/audit/erasures',
        '/v1/audit/proof/inclusion',
        '/v1/audit/proof/consistency',
        '/v1/audit/proof/multiproof',
        '/v1/audit/tile/0/000',
      ]) {
        const response = await app.request(method, path, { key: keys.get('org-admin')! });
        assert.equal(response.status, 405, `${method} ${path}`);
        assert.ok(response.headers.get('allow'));
      }
    }
  });
});

describe('keys', () => {
  it('work until they are revoked, from the next request on', async () => {
    const app = new TestApp();
    const organisation = await app.organisation();
    const admin = await app.key('org-admin', organisation);
    const created = await app.json<{ id: string; key: string }>('POST', '/v1/keys', {
      key: admin,
      body: { role: 'org-auditor', name: 'siem' },
    });
    assert.match(created.key, /^annals_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}$/);
    assert.equal((await app.request('GET', '/v1/audit', { key: created.key })).status, 200);
    await app.json('DELETE', `/v1/keys/${created.id}`, { key: admin });
    assert.equal((await app.request('GET', '/v1/audit', { key: created.key })).status, 401);
  });

  it('have the key that created them, and are listed or revoked with it', async () => {
    const app = new TestApp();
    const organisation = await app.organisation();
    const [admin, stolen] = [
      await app.key('org-admin', organisation),
      await app.key('org-admin', organisation),
    ];
    type Created = { id: string; key: string; createdBy: string };
    const create = (key: string, role = 'org-admin') =>
      app.json<Created>('POST', '/v1/keys', { key, body: { role, name: 'x' } });
    const child = await create(stolen);
    const grandchild = await create(child.key);
    const other = await create(admin, 'writer');
    const stolenId = stolen.split('_')[1]!;
    assert.deepEqual([child.createdBy, grandchild.createdBy], [stolenId, child.id]);
    type Revoked = { revokedAt: string; created: { id: string; revokedAt?: string }[] };
    const revoke = (query: string) =>
      app.json<Revoked>('DELETE', `/v1/keys/${stolenId}${query}`, { key: admin });
    const first = await revoke('');
    const ids = [child.id, grandchild.id];
    assert.deepEqual(
      first.created.map(({ id, revokedAt }) => [id, revokedAt]),
      ids.map((id) => [id, undefined]),
    );
    const second = await revoke('?withCreated=true');
    assert.equal(second.revokedAt, first.revokedAt);
    assert.deepEqual(
      second.created.map(({ id, revokedAt }) => [id, typeof revokedAt]),
      ids.map((id) => [id, 'string']),
    );
    assert.deepEqual((await revoke('')).created, []);
    for (const { key } of [child, grandchild]) {
      assert.equal((await app.request('GET', '/v1/audit', { key })).status, 401);
    }
    const { items } = await app.json<{ items: { resourceIdentity: string }[] }>(
      'GET',
      '/v1/audit?includeSystemServices=true&action=api_key.revoke&order=asc',
      { key: admin },
    );
    assert.deepEqual(
      items.map(({ resourceIdentity }) => resourceIdentity),
      [stolenId, ...ids],
    );
    assert.equal(app.accounts.key(other.id)?.revokedAt, undefined);
  });

  it('end when they expire', async () => {
    let now = 1_800_000_000_000_000;
    const app = new TestApp({ clock: () => now });
    const organisation = await app.organisation();
    const key = await app.key('org-auditor', organisation, now + hour);
    assert.equal((await app.request('GET', '/v1/audit', { key })).status, 200);
    now += hour;
    assert.equal((await app.request('GET', '/v1/audit', { key })).status, 401);
  });

  it('are listed without their secrets', async () => {
    const app = new TestApp();
    const organisation = await app.organisation();
    const admin = await app.key('org-admin', organisation);
    const created = await app.json<{ key: string }>('POST', '/v1/keys', {
      key: admin,
      body: { role: 'writer', name: 'api', expiresAt: '2090-01-01T00:00:00Z' },
    });
    const response = await app.request('GET', '/v1/keys', { key: admin });
    const text = await response.text();
    for (const key of [admin, created.key]) assert.ok(!text.includes(key.split('_')[2]!));
    assert.match(text, /"expiresAt":"2090-01-01T00:00:00.000000Z"/);
  });

  it('are those of the organisation that the request names', async () => {
    const app = new TestApp();
    const [acme, other] = [await app.organisation('acme'), await app.organisation('other')];
    for (const { identity } of [acme, other]) await app.ledger.record(identity, [{ action: 'a' }]);
    const operator = await app.key('operator');
    const writer = (await app.key('writer', acme)).split('_')[1];
    const named = (name: string) => ({
      key: operator,
      headers: { 'X-Organisation-Identity': name },
    });
    const { items } = await app.json<{ items: object[] }>('GET', '/v1/keys', named('acme'));
    assert.equal(items.length, 1);
    await app.json('GET', `/v1/keys?organisation=${acme.identity}`, named('acme'));
    await app.json('GET', `/v1/keys?organisation=${other.identity}`, named('acme'), 404);
    await app.json('DELETE', `/v1/keys/${writer}`, named('other'), 404);
    await app.json('DELETE', `/v1/keys/${writer}`, named('acme'));
    assert.deepEqual(await app.json('GET', '/v1/keys', { key: operator }, 400), {
      message: 'Cannot tell which organisation is meant: name it',
      errors: [{ field: 'organisation', message: 'is missing' }],
    });
  });

  it('are rejected field by field', async () => {
    const app = new TestApp();
    const admin = await app.key('org-admin', await app.organisation());
    for (const [body, message] of [
      [{ role: 'writer' }, 'name is missing'],
      [{ role: 'writer', name: 'x', more: 1 }, 'more is not known here'],
      [{ role: 'writer', nmae: 'x', name: 'x' }, 'nmae is not known here (did you mean name?)'],
      [{ role: 'operator', name: 'x' }, 'role must be one of org-admin, org-auditor, writer'],
      [{ role: 'writer', name: 'a\u001b[31mb' }, 'name must not contain control characters'],
      [{ role: 'writer', name: 'a\u009b31mb' }, 'name must not contain control characters'],
      [{ role: 'writer', name: '\ta' }, 'name must not contain control characters'],
      [[], 'the body must be an object'],
    ] as const) {
      const { message: actual } = await app.json<{ message: string }>(
        'POST',
        '/v1/keys',
        { key: admin, body },
        400,
      );
      assert.equal(actual, `Cannot create the key: ${message}`);
    }
  });

  it('cannot be created for the operator’s role or with an expiry that has passed', async () => {
    const app = new TestApp();
    const admin = await app.key('org-admin', await app.organisation());
    for (const body of [
      { role: 'operator', name: 'x' },
      { role: 'writer', name: 'x', expiresAt: '2001-01-01T00:00:00Z' },
      { role: 'writer', name: '' },
      { role: 'writer' },
      { role: 'writer', name: 'x', more: 1 },
    ]) {
      const response = await app.request('POST', '/v1/keys', { key: admin, body });
      assert.equal(response.status, 400, JSON.stringify(body));
    }
  });
});

describe('an address that sends a hundred wrong keys', () => {
  it('is 429 for a minute in every dialect and for tokens, and no other address is', async () => {
    let now = systemClock();
    const app = new TestApp({ clock: () => now });
    const organisation = await app.organisation();
    const [key, unused] = [
      await app.key('org-admin', organisation),
      await app.key('org-admin', organisation),
    ];
    const send = (path: string, credential: string, remoteAddress: string, method = 'GET') =>
      app.serve(
        new Request(`http://annals.test${path}`, {
          method,
          headers: {
            Authorization: credential,
            ...(method === 'POST' && { 'Content-Type': 'application/x-www-form-urlencoded' }),
          },
          ...(method === 'POST' && { body: 'grant_type=client_credentials' }),
        }),
        { incoming: { httpVersion: '1.1', socket: { remoteAddress } } },
      );
    const paths = ['/v1/audit', '/v1/keys', '/1.3/audit-logs', '/api/v1/auditlogevents'];
    assert.equal((await send('/v1/keys', `Bearer ${key}`, '192.0.2.1')).status, 200);
    const wrong = [
      `Bearer annals_AAAAAAAAAAAA_${'A'.repeat(43)}`,
      `Token annals_${unused.split('_')[1]}_${'A'.repeat(43)}`,
      `Bearer annals-at.AAAA.${'A'.repeat(43)}`,
    ];
    for (let n = 0; n < 100; n += 1) {
      const path = paths[n % paths.length]!;
      assert.equal((await send(path, wrong[n % wrong.length]!, '192.0.2.1')).status, 401);
    }
    for (const path of paths) {
      const refused = await send(path, `Bearer ${unused}`, '192.0.2.1');
      assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '60'], path);
      assert.equal((await send(path, `Bearer ${unused}`, '192.0.2.2')).status, 200);
      assert.equal((await send(path, `Bearer ${key}`, '192.0.2.1')).status, 200);
    }
    const [, id, secret] = unused.split('_');
    const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    // It was right from the other address last, so it is not one that this address has proved.
    assert.equal((await send('/oidc/token', basic, '192.0.2.1', 'POST')).status, 429);
    now += minute;
    assert.equal((await send('/oidc/token', basic, '192.0.2.1', 'POST')).status, 200);
  });
});

describe('the address of a client', () => {
  const readThrough = async (trusted: readonly string[], peer: string) => {
    const app = new TestApp({ trustedProxies: new TrustedProxies(trusted) });
    const organisation = await app.organisation();
    const key = await app.key('org-admin', organisation);
    const send = (credential: string, forwardedFor: string) =>
      app.serve(
        new Request('http://annals.test/v1/audit?includeSystemServices=true', {
          headers: { Authorization: `Bearer ${credential}`, 'X-Forwarded-For': forwardedFor },
        }),
        { incoming: { httpVersion: '1.1', socket: { remoteAddress: peer } } },
      );
    await send(key, '10.0.0.7, 192.0.2.66, 203.0.113.9');
    const list = await (await send(key, '203.0.113.9')).json();
    const { items } = list as { items: { action: string; context: { client_ip: string } }[] };
    const recorded = items.find(({ action }) => action === 'audit_log.list')?.context.client_ip;
    // Each guess says that it comes from somewhere else; only the last hop is true.
    for (let n = 0; n < 100; n += 1) {
      await send(`annals_AAAAAAAAAAAA_${'A'.repeat(43)}`, `192.0.2.${n}, 203.0.113.9`);
    }
    const other = await app.key('org-admin', organisation);
    return {
      recorded,
      guesser: (await send(other, '203.0.113.9')).status,
      neighbour: (await send(other, '203.0.113.10')).status,
    };
  };

  it('is what a trusted proxy says, in records and for the limit of guesses', async () => {
    assert.deepEqual(await readThrough(['10.0.0.0/8'], '::ffff:10.0.0.1'), {
      recorded: '203.0.113.9',
      guesser: 429,
      neighbour: 200,
    });
  });

  it('is the peer’s when that is not trusted, whatever the request says', async () => {
    for (const trusted of [[], ['10.0.0.0/8']]) {
      assert.deepEqual(await readThrough(trusted, '198.51.100.1'), {
        recorded: '198.51.100.1',
        guesser: 429,
        neighbour: 429,
      });
    }
  });
});

describe('what Annals records of itself', () => {
  const actionsOf = async (app: TestApp, key: string) => {
    await app.ownRecords.flush();
    const list = await app.json<{ items: { action: string; details?: { repeated?: number } }[] }>(
      'GET',
      '/v1/audit?includeSystemServices=true&order=asc&limit=1000',
      { key },
    );
    return list.items.map(({ action, details }) =>
      details?.repeated === undefined ? action : `${action} x${details.repeated}`,
    );
  };

  it('is left out of a list by default', async () => {
    const app = new TestApp();
    const organisation = await app.organisation();
    const key = await app.key('org-admin', organisation);
    await app.json('POST', '/v1/keys', { key, body: { role: 'writer', name: 'x' } });
    await app.json('GET', '/v1/audit/export', { key });
    const list = await app.json<{ totalItems: number }>('GET', '/v1/audit', { key });
    assert.equal(list.totalItems, 0);
    assert.deepEqual(await actionsOf(app, key), [
      'api_key.create',
      'audit_log.export',
      'audit_log.list',
    ]);
    assert.deepEqual(app.failures, []);
  });

  it('sums up reads and denials instead of growing with each', async () => {
    const app = new TestApp();
    const organisation = await app.organisation();
    const key = await app.key('org-admin', organisation);
    const writer = await app.key('writer', organisation);
    const wrong = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`;
    for (let n = 0; n < 50; n += 1) {
      await app.request('GET', '/v1/audit', { key });
      await app.request('GET', '/v1/audit', { key: wrong });
      await app.request('GET', '/v1/audit', { key: writer });
    }
    assert.deepEqual((await actionsOf(app, key)).sort(), [
      'audit_log.list',
      'audit_log.list x49',
      'auth.denied',
      'auth.denied x49',
      'auth.failed',
      'auth.failed x49',
    ]);
  });

  it('goes on summing up by the minute when the clock is set back', async () => {
    let now = systemClock();
    const app = new TestApp({ clock: () => now });
    const key = await app.key('org-admin', await app.organisation());
    await app.request('GET', '/v1/audit', { key });
    now -= hour;
    await app.request('GET', '/v1/audit', { key });
    await app.request('GET', '/v1/audit', { key });
    assert.deepEqual((await actionsOf(app, key)).sort(), [
      'audit_log.list',
      'audit_log.list',
      'audit_log.list x1',
    ]);
  });

  it('grows by nothing under a flood of unknown credentials', async () => {
    const app = new TestApp();
    const organisation = await app.organisation();
    const key = await app.key('org-admin', organisation);
    for (let n = 0; n < 100; n += 1) {
      await app.request('GET', '/v1/audit', {
        key: `annals_${String(n).padStart(12, '0')}_${'A'.repeat(43)}`,
        headers: { 'X-Organisation-Identity': organisation.slug },
      });
    }
    assert.deepEqual(await actionsOf(app, key), []);
  });

  it('names who did it and from where, and holds no secret', async () => {
    const app = new TestApp();
    const organisation = await app.organisation();
    const key = await app.key('org-admin', organisation);
    await app.request('GET', '/v1/audit/export', { key, headers: { 'User-Agent': 'curl/8' } });
    await app.ownRecords.flush();
    const response = await app.request('GET', '/v1/audit?includeSystemServices=true', { key });
    const text = await response.text();
    const [event] = JSON.parse(text).items;
    assert.equal(event.serviceAccountIdentity, key.split('_')[1]);
    assert.equal(event.context.user_agent, 'curl/8');
    assert.equal(event.resourceType, 'audit_log');
    assert.ok(!text.includes(key.split('_')[2]!));
  });
});
