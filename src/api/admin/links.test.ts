import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashSecret } from '../../access/key.ts';
import { day, type Micros, minute, systemClock } from '../../core/micros.ts';
import { TestApp } from '../app.fixture.ts';
import { TestBrowser } from '../browser.fixture.ts';

interface Link {
  readonly id: string;
  readonly role: string;
  readonly url: string;
  readonly expiresAt: string;
  readonly createdBy: string;
  readonly usedAt?: string;
  readonly revokedAt?: string;
}

interface Session {
  readonly id: string;
  readonly role: string;
  readonly expiresAt: string;
  readonly signedInBy: { readonly kind: string; readonly id: string };
}

interface Events {
  readonly items: readonly {
    readonly action: string;
    readonly resourceIdentity: string;
    readonly serviceAccountIdentity: string;
    readonly error?: string;
    readonly context: { readonly credentials_type: string };
  }[];
}

const idOf = (key: string) => key.split('_')[1]!;
const tokenOf = ({ url }: Link) => url.split('#')[1]!;
const microsOf = (instant: string) => Date.parse(instant) * 1_000;

describe('a link', () => {
  let now: Micros = systemClock();
  const app = new TestApp({ clock: () => now });
  const create = (key: string, body: object) => app.json<Link>('POST', '/v1/links', { key, body });
  const open = (link: string, browser = new TestBrowser(app)) =>
    browser.request('POST', '/v1/sessions', { body: { link } });
  const trail = async (key: string, actions: string) => {
    await app.ownRecords.flush();
    const query = `includeSystemServices=true&order=asc&limit=100&action=${actions}`;
    return (await app.json<Events>('GET', `/v1/audit?${query}`, { key })).items;
  };

  it('to sign in lets one browser in, once, with its role and no more', async () => {
    const organisation = await app.organisation();
    const admin = await app.key('org-admin', organisation);
    const link = await create(admin, { purpose: 'sign-in', name: 'Anna' });
    assert.equal(link.role, 'org-auditor');
    assert.equal(microsOf(link.expiresAt), Math.floor((now + 15 * minute) / 1_000) * 1_000);
    assert.match(link.url, /^\/console\/link#sign-in\.[0-9A-Za-z]{12}\.[\w-]{43}$/);
    const secret = tokenOf(link).split('.')[2]!;
    const stored = app.accounts.collections.links.get(link.id)!;
    assert.deepEqual(stored.secretHash, hashSecret(secret));

    const browser = new TestBrowser(app);
    const response = await open(tokenOf(link), browser);
    assert.equal(response.status, 201);
    const session = (await response.json()) as Session;
    assert.equal(session.role, 'org-auditor');
    assert.deepEqual([session.signedInBy.kind, session.signedInBy.id], ['link', link.id]);
    assert.equal((await browser.request('GET', '/v1/audit')).status, 200);
    assert.equal((await browser.request('GET', '/v1/links')).status, 403);
    const me = await browser.json<{ key?: object; session: Session }>('GET', '/v1/me');
    assert.deepEqual([me.key, me.session.id], [undefined, session.id]);

    assert.equal((await open(tokenOf(link))).status, 401);
    const listed = await app.json<{ items: Link[] }>('GET', '/v1/links', { key: admin });
    assert.deepEqual(
      listed.items.map(({ id, usedAt, url }) => [id, typeof usedAt, url]),
      [[link.id, 'string', undefined]],
    );
    const events = await trail(admin, 'link.create,session.create,audit_log.list,auth.failed');
    assert.deepEqual(
      events
        .filter(({ serviceAccountIdentity }) => serviceAccountIdentity !== idOf(admin))
        .map((one) => [
          one.action,
          one.serviceAccountIdentity,
          one.context.credentials_type,
          one.error,
        ]),
      [
        ['session.create', link.id, 'link', undefined],
        ['audit_log.list', link.id, 'link', undefined],
        ['auth.failed', link.id, 'link', 'used before'],
      ],
    );
    assert.deepEqual(
      events.filter(({ action }) => action === 'link.create').map((one) => one.resourceIdentity),
      [link.id],
    );
    assert.ok(!JSON.stringify(events).includes(secret));
  });

  it('that many open at the same moment lets one in', async () => {
    const admin = await app.key('org-admin', await app.organisation());
    const link = await create(admin, { purpose: 'sign-in' });
    const responses = await Promise.all(Array.from({ length: 20 }, () => open(tokenOf(link))));
    const statuses = responses.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [201, ...Array.from({ length: 19 }, () => 401)]);
  });

  it('that nobody opened in time, or that is not what it says, lets nobody in', async () => {
    const admin = await app.key('org-admin', await app.organisation());
    const link = await create(admin, { purpose: 'sign-in', minutes: 1 });
    const token = tokenOf(link);
    const [, id, secret] = token.split('.');
    for (const wrong of [
      '',
      '.',
      `${id}.${secret}`,
      `share.${id}.${secret}`,
      `sign-in.${id}.${secret}A`,
      `sign-in.${id}.${'A'.repeat(43)}`,
      `sign-in.AAAAAAAAAAAA.${secret}`,
    ]) {
      assert.equal((await open(wrong)).status, 401, wrong);
    }
    // A link is no key, and no cookie.
    assert.equal(
      (await app.request('GET', '/v1/me', { key: `annals_${id}_${secret}` })).status,
      401,
    );
    const cookie = { headers: { Cookie: `__Host-annals=${id}.${secret}` } };
    assert.equal((await app.request('GET', '/v1/me', cookie)).status, 401);
    const both = { key: admin, body: { link: token } };
    assert.equal((await app.request('POST', '/v1/sessions', both)).status, 400);
    now += minute;
    assert.equal((await open(token)).status, 401);
    assert.deepEqual(
      (await app.json<{ items: Link[] }>('GET', '/v1/links', { key: admin })).items,
      [],
    );
  });

  it('opens behind a proxy through which somebody guesses', async () => {
    const admin = await app.key('org-admin', await app.organisation());
    const token = tokenOf(await create(admin, { purpose: 'sign-in' }));
    const open = async (link: string) => {
      const init = {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ link }),
      };
      const env = { incoming: { socket: { remoteAddress: '192.0.2.7' } } };
      return (await app.serve(new Request('http://annals.test/v1/sessions', init), env)).status;
    };
    const wrong = `${token.slice(0, -3)}xxx`;
    for (let guesses = 0; guesses < 100; guesses += 1) assert.equal(await open(wrong), 401);
    assert.equal(await open(wrong), 429);
    assert.equal(await open(token), 201);
  });

  it('to share lets everybody in until it expires, who do not see each other', async () => {
    const organisation = await app.organisation();
    const admin = await app.key('org-admin', organisation);
    const link = await create(admin, { purpose: 'share', name: 'Auditors', minutes: 60 });
    const [one, two] = [new TestBrowser(app), new TestBrowser(app)];
    for (const browser of [one, two]) {
      const response = await open(tokenOf(link), browser);
      const session = (await response.json()) as Session;
      assert.deepEqual([session.role, session.expiresAt], ['org-auditor', link.expiresAt]);
    }
    const seen = async (browser: TestBrowser) =>
      (await browser.json<{ items: Session[] }>('GET', '/v1/sessions')).items;
    const [[first], [second]] = [await seen(one), await seen(two)];
    assert.equal((await seen(one)).length, 1);
    assert.notEqual(first!.id, second!.id);
    const other = await one.request('DELETE', `/v1/sessions/${second!.id}`);
    assert.equal(other.status, 404);
    assert.equal((await trail(admin, 'session.create')).length, 2);
    now += 29 * minute;
    assert.equal((await one.request('GET', '/v1/me')).status, 200);
    now += 29 * minute;
    assert.equal((await one.request('GET', '/v1/me')).status, 200);
    now += 2 * minute;
    assert.equal((await one.request('GET', '/v1/me')).status, 401);
    assert.equal((await open(tokenOf(link))).status, 401);
  });

  it('that is revoked opens no more, and its sessions end with it', async () => {
    const organisation = await app.organisation();
    const admin = await app.key('org-admin', organisation);
    const link = await create(admin, { purpose: 'share' });
    const browser = new TestBrowser(app);
    await open(tokenOf(link), browser);
    const stranger = await app.key('org-admin', await app.organisation());
    const remove = (key: string) => app.request('DELETE', `/v1/links/${link.id}`, { key });
    assert.equal((await remove(stranger)).status, 404);
    assert.equal((await browser.request('GET', '/v1/audit')).status, 200);
    assert.equal((await remove(admin)).status, 200);
    assert.equal((await browser.request('GET', '/v1/audit')).status, 401);
    assert.equal((await open(tokenOf(link))).status, 401);
    assert.deepEqual(
      (await trail(admin, 'link.revoke')).map((one) => one.resourceIdentity),
      [link.id],
    );
  });

  it('gives no more than who creates it has, and not for longer than it may', async () => {
    const organisation = await app.organisation();
    const admin = await app.key('org-admin', organisation);
    const status = async (key: string, body: object) =>
      (await app.request('POST', '/v1/links', { key, body })).status;
    const signIn = { purpose: 'sign-in' };
    assert.equal(await status(await app.key('org-auditor', organisation), signIn), 403);
    assert.equal(await status(await app.key('writer', organisation), signIn), 403);
    assert.equal(await status(admin, { purpose: 'share', role: 'org-admin' }), 400);
    assert.equal(await status(admin, { purpose: 'sign-in', role: 'operator' }), 400);
    assert.equal(await status(admin, { purpose: 'sign-in', minutes: 7 * 24 * 60 + 1 }), 400);
    assert.equal(await status(admin, { purpose: 'share', minutes: 90 * 24 * 60 + 1 }), 400);
    assert.equal(await status(admin, { purpose: 'share', minutes: 90 * 24 * 60 }), 201);
    const other = await app.organisation();
    assert.equal(await status(admin, { ...signIn, organisation: other.slug }), 404);
    const browser = new TestBrowser(app);
    await open(tokenOf(await create(admin, signIn)), browser);
    assert.equal((await browser.request('POST', '/v1/links', { body: signIn })).status, 403);
  });

  it('and what came of it are found, and revoked, through who created it', async () => {
    const organisation = await app.organisation();
    const admin = await app.key('org-admin', organisation);
    const stolen = await app.json<{ id: string; key: string }>('POST', '/v1/keys', {
      key: admin,
      body: { role: 'org-admin', name: 'stolen' },
    });
    const link = await create(stolen.key, { purpose: 'sign-in', role: 'org-admin' });
    const browser = new TestBrowser(app);
    await open(tokenOf(link), browser);
    const made = await browser.json<{ id: string; createdBy: string }>('POST', '/v1/keys', {
      body: { role: 'writer', name: 'made' },
    });
    assert.equal(made.createdBy, link.id);
    // Long after its sessions are over, the link still leads from the stolen key to what was made.
    now += day;
    await create(admin, { purpose: 'sign-in' });
    const revoked = await app.json<{ created: { id: string }[]; createdLinks: Link[] }>(
      'DELETE',
      `/v1/keys/${stolen.id}?withCreated=true`,
      { key: admin },
    );
    assert.deepEqual(
      revoked.createdLinks.map(({ id, revokedAt }) => [id, typeof revokedAt]),
      [[link.id, 'string']],
    );
    assert.deepEqual(
      revoked.created.map(({ id }) => id),
      [made.id],
    );
    assert.ok(app.accounts.key(made.id)?.revokedAt);
  });

  it('of the operator lets an admin in, is in both logs, and shows the operator no event', async () => {
    const operator = await app.key('operator');
    const { identity, slug } = await app.json<{ identity: string; slug: string }>(
      'POST',
      '/v1/organisations',
      { key: operator, body: { slug: 'invited', name: 'Invited' } },
    );
    assert.equal(
      (await app.request('POST', '/v1/links', { key: operator, body: { purpose: 'sign-in' } }))
        .status,
      400,
    );
    const link = await create(operator, {
      purpose: 'sign-in',
      role: 'org-admin',
      organisation: slug,
    });
    const browser = new TestBrowser(app);
    await open(tokenOf(link), browser);
    const actions = 'link.create,session.create';
    const query = `/v1/audit?includeSystemServices=true&order=asc&action=${actions}`;
    const { items } = await browser.json<Events>('GET', query);
    assert.deepEqual(
      items.map(({ action, serviceAccountIdentity }) => [action, serviceAccountIdentity]),
      [
        ['link.create', idOf(operator)],
        ['session.create', link.id],
      ],
    );
    await app.ownRecords.flush();
    const system = await app.json<Events>('GET', `/v1/audit?action=${actions}`, {
      key: operator,
      headers: { 'X-Organisation-Identity': 'system' },
    });
    assert.deepEqual(
      system.items.map(({ action, resourceIdentity }) => [action, resourceIdentity]),
      [['link.create', link.id]],
    );
    const headers = { 'X-Organisation-Identity': identity };
    assert.equal((await app.request('GET', '/v1/audit', { key: operator, headers })).status, 403);
  });
});

it('a link is given back when its sign-in cannot be recorded', async () => {
  const app = new TestApp();
  const admin = await app.key('org-admin', await app.organisation());
  const body = { purpose: 'sign-in' };
  const link = await app.json<Link>('POST', '/v1/links', { key: admin, body });
  const record = app.ledger.record.bind(app.ledger);
  app.ledger.record = () => Promise.reject(new Error('the disk is full'));
  const signIn = { body: { link: tokenOf(link) } };
  const failed = await app.request('POST', '/v1/sessions', signIn);
  assert.deepEqual([failed.status, failed.headers.get('set-cookie')], [500, null]);
  assert.deepEqual([...app.accounts.collections.sessions.values()], []);
  app.ledger.record = record;
  assert.equal((await app.request('POST', '/v1/sessions', signIn)).status, 201);
});
