import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashSecret } from '../../access/key.ts';
import { hour, type Micros, minute, systemClock } from '../../core/micros.ts';
import { TestApp } from '../app.fixture.ts';
import { TestBrowser } from '../browser.fixture.ts';

interface Session {
  readonly id: string;
  readonly role: string;
  readonly organisation?: { readonly slug: string };
  readonly signedInBy: { readonly kind: string; readonly id: string };
  readonly expiresAt: string;
  readonly current?: boolean;
}

interface Events {
  readonly items: readonly {
    readonly action: string;
    readonly resourceIdentity: string;
    readonly serviceAccountIdentity: string;
    readonly sessionId?: string;
    readonly error?: string;
  }[];
}

const idOf = (key: string) => key.split('_')[1]!;
const ownRecords = '/v1/audit?includeSystemServices=true&order=asc&limit=100&action=';

async function signedIn(app: TestApp, key: string) {
  const browser = new TestBrowser(app);
  const session = await browser.json<Session>('POST', '/v1/sessions', { key, body: {} });
  return { browser, session };
}

describe('a browser that signs in with a key', () => {
  let now: Micros = systemClock();
  const app = new TestApp({ clock: () => now });

  it('may do what the key may, by a cookie that only this server gets, and never by the key’s secret', async () => {
    const organisation = await app.organisation();
    const key = await app.key('org-auditor', organisation);
    const { browser, session } = await signedIn(app, key);
    assert.equal(session.role, 'org-auditor');
    assert.equal(session.organisation?.slug, organisation.slug);
    assert.deepEqual(
      [session.signedInBy.kind, session.signedInBy.id, session.current],
      ['key', idOf(key), true],
    );
    assert.match(browser.cookie!, /^__Host-annals=[0-9A-Za-z]{12}\.[\w-]{43}$/);
    assert.deepEqual(browser.attributes, [
      'Path=/',
      `Max-Age=${(12 * hour) / 1_000_000}`,
      'HttpOnly',
      'Secure',
      'SameSite=Lax',
    ]);
    assert.ok(!JSON.stringify(session).includes(key.split('_')[2]!));
    const stored = app.accounts.collections.sessions.get(session.id)!;
    const secret = browser.cookie!.split('.')[1]!;
    assert.deepEqual(stored.secretHash, hashSecret(secret));
    assert.ok(!JSON.stringify(stored).includes(secret));
    const me = await browser.json<{ session: Session; key: { id: string } }>('GET', '/v1/me');
    assert.deepEqual([me.session.id, me.key.id], [session.id, idOf(key)]);
    assert.equal((await browser.request('GET', '/v1/audit')).status, 200);
    assert.equal((await browser.request('GET', '/v1/keys')).status, 403);
    const event = { body: { action: 'a' } };
    assert.equal((await browser.request('POST', '/v1/audit/events', event)).status, 403);
  });

  it('is in the trail with all that it does, by its key and its session', async () => {
    const organisation = await app.organisation();
    const key = await app.key('org-admin', organisation);
    const { browser, session } = await signedIn(app, key);
    await browser.json('POST', '/v1/keys', { body: { role: 'writer', name: 'one' } });
    await browser.json('DELETE', '/v1/sessions/current');
    assert.equal(browser.cookie, undefined);
    const trail = await app.json<Events>(
      'GET',
      `${ownRecords}session.create,api_key.create,session.end`,
      { key },
    );
    assert.deepEqual(
      trail.items.map(({ action, serviceAccountIdentity, sessionId }) => [
        action,
        serviceAccountIdentity,
        sessionId,
      ]),
      ['session.create', 'api_key.create', 'session.end'].map((action) => [
        action,
        idOf(key),
        session.id,
      ]),
    );
    assert.equal(trail.items[0]!.resourceIdentity, session.id);
  });

  it('gets another secret each time, and the session before ends', async () => {
    const key = await app.key('org-auditor', await app.organisation());
    const { browser } = await signedIn(app, key);
    const before = browser.cookie!;
    await browser.json('POST', '/v1/sessions', { key, body: {} });
    assert.notEqual(browser.cookie, before);
    const old = { headers: { Cookie: before } };
    assert.equal((await app.request('GET', '/v1/audit', old)).status, 401);
    assert.equal((await browser.request('GET', '/v1/audit')).status, 200);
  });

  it('is signed out when it was idle for half an hour, and after twelve hours in any case', async () => {
    const key = await app.key('org-auditor', await app.organisation());
    const idle = await signedIn(app, key);
    const busy = await signedIn(app, key);
    const ends = now + 12 * hour;
    for (now += 29 * minute; now < ends; now += 29 * minute) {
      assert.equal((await busy.browser.request('GET', '/v1/me')).status, 200);
      const expected = now < ends - 12 * hour + 30 * minute ? 200 : 401;
      if (expected === 401) {
        assert.equal((await idle.browser.request('GET', '/v1/me')).status, 401);
      }
    }
    assert.equal((await busy.browser.request('GET', '/v1/me')).status, 401);
    await app.ownRecords.flush();
    const trail = await app.json<Events>('GET', `${ownRecords}auth.failed`, { key });
    assert.deepEqual(new Set(trail.items.map(({ error }) => error)), new Set(['session over']));
  });

  it('is signed out with its key, and no later than it', async () => {
    const organisation = await app.organisation();
    const expiresAt = now + hour;
    const expiring = await signedIn(app, await app.key('org-auditor', organisation, expiresAt));
    assert.equal(
      Date.parse(expiring.session.expiresAt) * 1_000,
      Math.floor(expiresAt / 1_000) * 1_000,
    );
    assert.ok(expiring.browser.attributes.includes('Max-Age=3600'));
    const key = await app.key('org-auditor', organisation);
    const { browser } = await signedIn(app, key);
    await app.accounts.revokeKey(idOf(key), now);
    assert.equal((await browser.request('GET', '/v1/me')).status, 401);
  });

  it('needs a key itself: a token, a session or nothing is not enough', async () => {
    const key = await app.key('org-auditor', await app.organisation());
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: idOf(key),
      client_secret: key,
    });
    const { access_token } = await app.json<{ access_token: string }>(
      'POST',
      '/oidc/token',
      {
        body: form.toString(),
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      },
      200,
    );
    const { browser } = await signedIn(app, key);
    const status = async (options: object) =>
      (await browser.request('POST', '/v1/sessions', { body: {}, ...options })).status;
    assert.equal(await status({ key: access_token }), 401);
    assert.equal(await status({}), 401);
    assert.equal(await status({ key: `${key.slice(0, -1)}!` }), 401);
    assert.equal(await status({ key, body: { more: 1 } }), 400);
  });

  it('is not mistaken: a cookie beside a key counts for nothing', async () => {
    const one = await app.organisation();
    const other = await app.organisation();
    const { browser } = await signedIn(app, await app.key('org-admin', one));
    const key = await app.key('org-auditor', other);
    const me = await browser.json<{ organisation: { slug: string }; session?: Session }>(
      'GET',
      '/v1/me',
      { key },
    );
    assert.deepEqual([me.organisation.slug, me.session], [other.slug, undefined]);
    assert.equal((await browser.request('GET', '/v1/me', { key: 'rubbish' })).status, 401);
  });
});

describe('a cookie', () => {
  const app = new TestApp();

  it('that another site makes a browser send changes nothing, and the organisation learns of it', async () => {
    const organisation = await app.organisation();
    const key = await app.key('org-admin', organisation);
    const { browser } = await signedIn(app, key);
    const { cookie: Cookie = '' } = browser;
    const body = { role: 'org-admin', name: 'mine' };
    const status = async (headers: Record<string, string>) =>
      (await app.request('POST', '/v1/keys', { body, headers: { Cookie, ...headers } })).status;
    const json = { 'Content-Type': 'application/json' };
    const plain = { 'Content-Type': 'text/plain' };
    const own = { Origin: 'http://annals.test' };
    const other = { Origin: 'http://evil.test' };
    for (const headers of [
      json,
      { ...json, ...other },
      { ...json, Origin: 'null' },
      { ...json, Origin: 'http://annals.test:81' },
      { ...json, 'Sec-Fetch-Site': 'cross-site' },
      { ...json, 'Sec-Fetch-Site': 'same-site' },
      { ...json, 'Sec-Fetch-Site': 'none' },
      { ...json, ...own, 'Sec-Fetch-Site': 'cross-site' },
      { ...plain, 'Sec-Fetch-Site': 'same-origin' },
      { ...plain, ...own },
    ]) {
      assert.equal(await status(headers), 403, JSON.stringify(headers));
    }
    const wrong = { headers: { Cookie, 'Sec-Fetch-Site': 'cross-site' } };
    assert.equal((await app.request('DELETE', `/v1/keys/${idOf(key)}`, wrong)).status, 403);
    assert.equal(app.accounts.keys(organisation.identity).length, 1);
    assert.equal(await status({ ...json, ...own }), 201);
    assert.equal(await status({ ...json, 'Sec-Fetch-Site': 'same-origin' }), 201);
    await app.ownRecords.flush();
    const trail = await app.json<Events>('GET', `${ownRecords}auth.failed,auth.denied`, { key });
    assert.equal(trail.items[0]?.error, 'request of another site');
  });

  it('does not sign anybody in from another site', async () => {
    const key = await app.key('org-admin', await app.organisation());
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    const response = await app.request('POST', '/v1/sessions', { key, body: {}, headers });
    assert.deepEqual([response.status, response.headers.get('set-cookie')], [403, null]);
  });

  it('that is invented, cut or of an ended session is 401, and so is guessing slowed', async () => {
    const key = await app.key('org-admin', await app.organisation());
    const { browser, session } = await signedIn(app, key);
    const cookie = browser.cookie!;
    const status = async (Cookie: string) =>
      (await app.request('GET', '/v1/me', { headers: { Cookie } })).status;
    const [name, value = ''] = cookie.split('=');
    const forged = `${session.id}.${'A'.repeat(43)}`;
    for (const wrong of ['', 'x', value.slice(1), `${value}A`, forged, 'A'.repeat(5_000)]) {
      assert.equal(await status(`${name}=${wrong}`), 401, wrong);
    }
    assert.equal(await status(cookie), 200);
    await browser.json('DELETE', `/v1/sessions/${session.id}`);
    assert.equal(await status(cookie), 401);
    const env = { incoming: { socket: { remoteAddress: '192.0.2.1' } } };
    const fromThere = async (Cookie: string) => {
      const request = new Request('http://annals.test/v1/me', { headers: { Cookie } });
      return (await app.serve(request, env)).status;
    };
    for (let guesses = 0; guesses < 100; guesses += 1) {
      assert.equal(await fromThere(`${name}=${forged}`), 401);
    }
    assert.equal(await fromThere(`${name}=${forged}`), 429);
    const { browser: other } = await signedIn(app, key);
    assert.equal(await fromThere(other.cookie!), 200, 'somebody else behind the same proxy');
  });

  it('of a session that is revoked ends what is being sent', async () => {
    const organisation = await app.organisation();
    const admin = await app.key('org-admin', organisation);
    const { browser, session } = await signedIn(app, await app.key('org-auditor', organisation));
    const description = 'x'.repeat(1_000);
    const drafts = Array.from({ length: 1_000 }, () => ({ action: 'a', description }));
    await app.ledger.record(organisation.identity, drafts);
    const response = await browser.request('GET', '/v1/audit/export?format=ndjson');
    const reader = response.body!.getReader();
    assert.equal((await reader.read()).done, false);
    await app.json('DELETE', `/v1/sessions/${session.id}`, { key: admin });
    await assert.rejects(
      async () => {
        while (!(await reader.read()).done);
      },
      { code: 'unauthenticated' },
    );
    const trail = await app.json<Events>('GET', `${ownRecords}session.revoke`, { key: admin });
    assert.deepEqual(
      trail.items.map((one) => [one.serviceAccountIdentity, one.resourceIdentity, one.sessionId]),
      [[idOf(admin), session.id, undefined]],
    );
  });
});

describe('the list of sessions', () => {
  const app = new TestApp();
  const list = async (key: string, query = '') => {
    const path = `/v1/sessions${query}`;
    const { items } = await app.json<{ items: Session[] }>('GET', path, { key });
    return items.map(({ id }) => id);
  };

  it('has one’s own, and for an admin all of its organisation and none of another one', async () => {
    const one = await app.organisation('one');
    const other = await app.organisation('other');
    const admin = await app.key('org-admin', one);
    const auditor = await app.key('org-auditor', one);
    const stranger = await app.key('org-admin', other);
    const operator = await app.key('operator');
    const ids: string[] = [];
    for (const key of [admin, auditor, stranger, operator]) {
      ids.push((await signedIn(app, key)).session.id);
    }
    const [ofAdmin, ofAuditor, ofStranger, ofOperator] = ids;
    assert.deepEqual((await list(admin)).sort(), [ofAdmin, ofAuditor].sort());
    assert.deepEqual(await list(auditor), [ofAuditor]);
    assert.deepEqual(await list(stranger), [ofStranger]);
    assert.deepEqual(await list(operator), [ofOperator]);
    assert.deepEqual(await list(operator, '?organisation=other'), [ofStranger]);

    const remove = async (key: string, id = '') =>
      (await app.request('DELETE', `/v1/sessions/${id}`, { key })).status;
    assert.equal(await remove(stranger, ofAdmin), 404);
    assert.equal(await remove(auditor, ofAdmin), 404);
    assert.equal(await remove(admin, ofOperator), 404);
    assert.equal(await remove(admin, 'current'), 404);
    assert.equal(await remove(admin, ofAuditor), 200);
    assert.equal(await remove(operator, ofStranger), 200);
    const query = '/v1/sessions?organisation=other';
    assert.equal((await app.request('GET', query, { key: admin })).status, 404);
    assert.equal(
      (await app.request('GET', '/v1/sessions?organisation=x', { key: admin })).status,
      404,
    );
  });

  it('has at most a hundred of one key: the one that was not used for longest makes room', async () => {
    const key = await app.key('org-auditor', await app.organisation());
    const first = await signedIn(app, key);
    for (let count = 1; count < 100; count += 1) await signedIn(app, key);
    assert.ok((await list(key)).includes(first.session.id));
    await signedIn(app, key);
    const left = await list(key);
    assert.deepEqual([left.length, left.includes(first.session.id)], [100, false]);
  });
});

it('the operator signs in, administers, sees no event, and is in the log of the server', async () => {
  const app = new TestApp();
  const organisation = await app.organisation();
  await app.ledger.record(organisation.identity, [{ action: 'a' }]);
  const operator = await app.key('operator');
  const { browser, session } = await signedIn(app, operator);
  assert.deepEqual([session.role, session.organisation], ['operator', undefined]);
  await browser.json('POST', '/v1/organisations', { body: { slug: 'new', name: 'New' } });
  const named = { headers: { 'X-Organisation-Identity': organisation.identity } };
  for (const options of [{}, named]) {
    assert.equal((await browser.request('GET', '/v1/audit', options)).status, 403);
  }
  await app.ownRecords.flush();
  const { items } = await browser.json<Events>('GET', '/v1/audit?order=asc', {
    headers: { 'X-Organisation-Identity': 'system' },
  });
  assert.deepEqual(
    items.slice(0, 2).map(({ action, sessionId }) => [action, sessionId]),
    [
      ['session.create', session.id],
      ['organisation.create', session.id],
    ],
  );
});
