import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Micros, minute, systemClock } from '../../core/micros.ts';
import type { Organisation } from '../../core/organisation.ts';
import { TestApp } from '../app.fixture.ts';
import { TestBrowser } from '../browser.fixture.ts';
import { type AuthenticatorOptions, SoftwareAuthenticator } from './authenticator.fixture.ts';

interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id: string };
  readonly user: { readonly id: string; readonly name: string };
  readonly authenticatorSelection: object;
}

interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly createdBy: string;
}

interface Session {
  readonly id: string;
  readonly role: string;
  readonly signedInBy: object;
}

interface Events {
  readonly items: readonly {
    readonly action: string;
    readonly description?: string;
    readonly resourceIdentity: string;
    readonly userIdentity?: string;
    readonly user?: object;
    readonly serviceAccountIdentity?: string;
    readonly error?: string;
  }[];
}

const idOf = (key: string) => key.split('_')[1]!;
const origin = { Origin: 'https://annals.test' };

let now: Micros = systemClock();
const app = new TestApp({ clock: () => now });

const createLink = async (key: string, body: object = {}) => {
  const link = { purpose: 'passkey', role: 'org-admin', name: 'Anna', ...body };
  const { url } = await app.json<{ url: string }>('POST', '/v1/links', { key, body: link });
  return url.split('#')[1]!;
};

const creationOptions = (link: string, browser = new TestBrowser(app)) =>
  browser.json<CreationOptions>(
    'POST',
    '/v1/passkeys/options',
    { body: { link }, headers: origin },
    200,
  );

async function enrolled(organisation: Organisation, options: AuthenticatorOptions = {}) {
  const admin = await app.key('org-admin', organisation);
  const link = await createLink(admin);
  const authenticator = new SoftwareAuthenticator(options);
  const browser = new TestBrowser(app);
  const response = authenticator.create(await creationOptions(link, browser));
  const { person, session } = await browser.json<{ person: Person; session: Session }>(
    'POST',
    '/v1/passkeys',
    { body: { link, name: 'Anna Ek', response }, headers: origin },
  );
  return { admin, link, authenticator, browser, person, session };
}

const signInOptions = async (headers: Record<string, string> = origin) =>
  new TestBrowser(app).json<{ challenge: string; rpId: string; allowCredentials?: object }>(
    'POST',
    '/v1/sessions/passkey/options',
    { headers },
    200,
  );

const signIn = (response: object, browser = new TestBrowser(app), headers = origin) =>
  browser.request('POST', '/v1/sessions/passkey', { body: { response }, headers });

describe('a passkey', () => {
  it('is enrolled by a link, once, and is a person with the link’s role who is signed in', async () => {
    const organisation = await app.organisation();
    const { admin, link, browser, person, session } = await enrolled(organisation);
    assert.deepEqual(
      [person.name, person.role, person.createdBy],
      ['Anna Ek', 'org-admin', idOf(admin)],
    );
    assert.deepEqual(session.signedInBy, { kind: 'passkey', id: person.id, name: 'Anna Ek' });
    const made = await browser.json<{ id: string; createdBy: string }>('POST', '/v1/keys', {
      body: { role: 'writer', name: 'made' },
    });
    assert.equal(made.createdBy, person.id);
    const again = { body: { link }, headers: origin };
    assert.equal((await app.request('POST', '/v1/passkeys/options', again)).status, 401);
    await app.ownRecords.flush();
    const { items } = await app.json<Events>(
      'GET',
      '/v1/audit?includeSystemServices=true&order=asc&action=person.create,session.create,api_key.create',
      { key: admin },
    );
    const user = { subject: person.id, name: 'Anna Ek' };
    assert.deepEqual(
      items.map((one) => [one.action, one.resourceIdentity, one.userIdentity, one.user]),
      [
        ['person.create', person.id, undefined, undefined],
        ['session.create', session.id, person.id, user],
        ['api_key.create', made.id, person.id, user],
      ],
    );
    // Their name can be erased: it is nowhere but in `user`.
    assert.ok(!JSON.stringify(items.map(({ user: _, ...rest }) => rest)).includes('Anna Ek'));
  });

  it('is asked for so that nobody types a name, and its user is verified', async () => {
    const admin = await app.key('org-admin', await app.organisation());
    const options = await creationOptions(await createLink(admin));
    assert.deepEqual([options.rp.id, options.user.name], ['annals.test', 'Anna']);
    assert.deepEqual(options.authenticatorSelection, {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    });
    const { rpId, allowCredentials } = await signInOptions();
    assert.deepEqual([rpId, allowCredentials], ['annals.test', undefined]);
  });

  it('signs in, and each answer counts once', async () => {
    const { authenticator, person } = await enrolled(await app.organisation());
    const browser = new TestBrowser(app);
    const response = authenticator.get(await signInOptions());
    const answers = await Promise.all([
      signIn(response, browser),
      signIn(response),
      signIn(response),
    ]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 401, 401]);
    assert.equal((await signIn(response)).status, 401);
    const first = answers.find(({ status }) => status === 201)!;
    assert.deepEqual(((await first.json()) as Session).signedInBy, {
      kind: 'passkey',
      id: person.id,
      name: person.name,
    });
    assert.equal(app.accounts.collections.people.get(person.id)?.counter, 1);
  });

  it('signs in behind a proxy through which somebody guesses', async () => {
    const { authenticator } = await enrolled(await app.organisation());
    const answer = async (id?: string) => {
      const response = {
        ...authenticator.get(await signInOptions()),
        ...(id && { id, rawId: id }),
      };
      const init = {
        method: 'POST',
        headers: { ...origin, 'Content-Type': 'application/json' },
        body: JSON.stringify({ response }),
      };
      const env = { incoming: { socket: { remoteAddress: '192.0.2.8' } } };
      const url = 'https://annals.test/v1/sessions/passkey';
      return (await app.serve(new Request(url, init), env)).status;
    };
    for (let guesses = 0; guesses < 100; guesses += 1) assert.equal(await answer('aaaa'), 401);
    assert.equal(await answer('aaaa'), 429);
    assert.equal(await answer(), 201);
  });

  it('that was copied is found out by its counter', async () => {
    const { admin, authenticator, person } = await enrolled(await app.organisation());
    authenticator.counter = 7;
    assert.equal((await signIn(authenticator.get(await signInOptions()))).status, 201);
    authenticator.counter = 7;
    assert.equal((await signIn(authenticator.get(await signInOptions()))).status, 401);
    await app.ownRecords.flush();
    const { items } = await app.json<Events>(
      'GET',
      '/v1/audit?includeSystemServices=true&action=auth.failed',
      { key: admin },
    );
    assert.deepEqual(
      items.map((one) => [one.resourceIdentity, one.userIdentity, one.error]),
      [[person.id, person.id, 'wrong passkey']],
    );
  });

  it('is refused for another page, another host, without a check of its user, too late, or not its own', async () => {
    const organisation = await app.organisation();
    const admin = await app.key('org-admin', organisation);
    for (const options of [
      { origin: 'https://evil.test' },
      { origin: 'http://annals.test' },
      { host: 'evil.test' },
      { verified: false },
    ]) {
      const link = await createLink(admin);
      const response = new SoftwareAuthenticator(options).create(await creationOptions(link));
      const body = { link, response };
      const refused = await app.request('POST', '/v1/passkeys', { body, headers: origin });
      assert.equal(refused.status, 401, JSON.stringify(options));
    }
    const { authenticator } = await enrolled(organisation);
    const [one, other] = [await signInOptions(), await signInOptions()];
    const answer = authenticator.get(one);
    const wrong = (response: object) => ({
      ...answer,
      response: { ...answer.response, ...response },
    });
    for (const response of [
      wrong({ clientDataJSON: authenticator.get(other).response.clientDataJSON }),
      wrong({ signature: answer.response.signature.slice(0, -4) }),
      wrong({ userHandle: Buffer.from('somebody').toString('base64url') }),
      wrong({ clientDataJSON: 'rubbish' }),
      { ...answer, id: 'unknown', rawId: 'unknown' },
      authenticator.get({ challenge: 'aW52ZW50ZWQ' }),
      new SoftwareAuthenticator().get(await signInOptions()),
      {
        ...new SoftwareAuthenticator().get(await signInOptions()),
        id: authenticator.id,
        rawId: authenticator.id,
      },
    ]) {
      assert.equal((await signIn(response)).status, 401, JSON.stringify(response));
    }
    const late = authenticator.get(await signInOptions());
    now += 5 * minute;
    assert.equal((await signIn(late)).status, 401);
    // A challenge for one link is of no use for another, nor for signing in.
    const [link, another] = [await createLink(admin), await createLink(admin)];
    const created = new SoftwareAuthenticator().create(await creationOptions(link));
    const body = { link: another, response: created };
    assert.equal(
      (await app.request('POST', '/v1/passkeys', { body, headers: origin })).status,
      401,
    );
    const { challenge } = await creationOptions(link);
    assert.equal((await signIn(authenticator.get({ challenge }))).status, 401);
  });

  it('of somebody who is revoked signs in no more, and what they have made is found', async () => {
    const organisation = await app.organisation();
    const { admin, authenticator, browser, person } = await enrolled(organisation);
    const made = await browser.json<{ id: string }>('POST', '/v1/keys', {
      body: { role: 'writer', name: 'made' },
    });
    const stranger = await app.key('org-admin', await app.organisation());
    const list = async (key: string) =>
      (await app.json<{ items: Person[] }>('GET', '/v1/people', { key })).items;
    const remove = (key: string, query = '') =>
      app.request('DELETE', `/v1/people/${person.id}${query}`, { key });
    assert.deepEqual([(await list(stranger)).length, (await remove(stranger)).status], [0, 404]);
    assert.deepEqual(
      (await list(admin)).map(({ id }) => id),
      [person.id],
    );
    const answer = authenticator.get(await signInOptions());
    const revoked = (await (await remove(admin)).json()) as { created: { id: string }[] };
    assert.deepEqual(
      revoked.created.map(({ id }) => id),
      [made.id],
    );
    assert.equal((await browser.request('GET', '/v1/me')).status, 401);
    assert.equal((await signIn(answer)).status, 401);
    assert.deepEqual(await list(admin), []);
    assert.equal(app.accounts.key(made.id)?.revokedAt, undefined);
    assert.equal((await remove(admin, '?withCreated=true')).status, 200);
    assert.ok(app.accounts.key(made.id)?.revokedAt);
  });

  it('is revoked with the key whose link it came by', async () => {
    const organisation = await app.organisation();
    const { admin, browser, person } = await enrolled(organisation);
    const operator = await app.key('operator');
    const revoked = await app.json<{ createdPeople: Person[] }>(
      'DELETE',
      `/v1/keys/${idOf(admin)}?withCreated=true`,
      { key: operator },
    );
    assert.deepEqual(
      revoked.createdPeople.map(({ id }) => id),
      [person.id],
    );
    assert.equal((await browser.request('GET', '/v1/me')).status, 401);
  });

  it('makes nobody when its link is revoked while that is recorded', async () => {
    const admin = await app.key('org-admin', await app.organisation());
    const link = await createLink(admin);
    const id = link.split('.')[1]!;
    const response = new SoftwareAuthenticator().create(await creationOptions(link));
    const record = app.ledger.record.bind(app.ledger);
    app.ledger.record = async (...request) => {
      app.ledger.record = record;
      await app.json('DELETE', `/v1/links/${id}?withCreated=true`, { key: admin }, 200);
      return record(...request);
    };
    const enrolment = { body: { link, response }, headers: origin };
    assert.equal((await app.request('POST', '/v1/passkeys', enrolment)).status, 401);
    assert.deepEqual(await app.json('GET', '/v1/people', { key: admin }), { items: [] });
    assert.equal((await app.request('POST', '/v1/passkeys', enrolment)).status, 401);
  });

  it('needs its own kind of link, https and a host name', async () => {
    const admin = await app.key('org-admin', await app.organisation());
    const post = (path: string, body: object, headers: Record<string, string> = origin) =>
      app.request('POST', path, { body, headers });
    const signInLink = await createLink(admin, { purpose: 'sign-in' });
    assert.equal((await post('/v1/passkeys/options', { link: signInLink })).status, 400);
    const link = await createLink(admin);
    assert.equal((await post('/v1/sessions', { link })).status, 400);
    for (const Origin of ['http://annals.test', 'https://evil.test', 'null']) {
      const { status } = await post('/v1/sessions/passkey/options', {}, { Origin });
      assert.ok(status === 400 || status === 403, `${Origin}: ${status}`);
    }
    const site = { ...origin, 'Sec-Fetch-Site': 'cross-site' };
    assert.equal((await post('/v1/sessions/passkey/options', {}, site)).status, 403);
    const request = new Request('http://127.0.0.1/v1/sessions/passkey/options', { method: 'POST' });
    assert.equal((await app.serve(request, {})).status, 400);
    const local = new Request('http://localhost:8420/v1/sessions/passkey/options', {
      method: 'POST',
      headers: { Origin: 'http://localhost:8420' },
    });
    assert.equal((await app.serve(local, {})).status, 200);
  });
});

it('a server with public addresses has passkeys for these alone, also behind a proxy that changes the host', async () => {
  const other = new TestApp({ publicOrigins: ['https://audit.example'] });
  const ask = async (headers: Record<string, string>) =>
    (await other.request('POST', '/v1/sessions/passkey/options', { headers })).status;
  assert.equal(await ask({ Origin: 'https://audit.example' }), 200);
  assert.equal(await ask({ Origin: 'https://annals.test' }), 403);
  assert.equal(await ask({}), 400);
  const browser = new TestBrowser(other);
  const key = await other.key('org-admin', await other.organisation());
  await browser.json('POST', '/v1/sessions', { key, body: {} });
  const { cookie: Cookie = '' } = browser;
  const create = async (Origin: string) => {
    const body = { role: 'writer', name: 'one' };
    return (await other.request('POST', '/v1/keys', { body, headers: { Cookie, Origin } })).status;
  };
  assert.equal(await create('https://audit.example'), 201);
  assert.equal(await create('http://annals.test'), 403);
});
