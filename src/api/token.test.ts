import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hour, minute, second } from '../core/micros.ts';
import { TestApp } from './app.fixture.ts';

const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const grant = 'grant_type=client_credentials';
const basic = (text: string) => ({
  Authorization: `Basic ${Buffer.from(text).toString('base64')}`,
});

async function open() {
  let now = 1_800_000_000_000_000;
  const app = new TestApp({ clock: () => now });
  const organisation = await app.organisation();
  const key = await app.key('org-auditor', organisation);
  const [, id, secret] = key.split('_') as [string, string, string];
  const pass = (micros: number) => {
    now += micros;
  };
  return { app, key, id, secret, pass };
}

const send = (app: TestApp, body: string, headers: Record<string, string> = {}) =>
  app.request('POST', '/oidc/token', { body, headers: { ...form, ...headers } });

describe('POST /oidc/token', () => {
  it('gives a token for a key, by Basic or in the form, with the secret or the whole key', async () => {
    const { app, key, id, secret } = await open();
    for (const [body, headers] of [
      [grant, basic(`${id}:${secret}`)],
      [grant, basic(`${id}:${key}`)],
      [`${grant}&client_id=${id}&client_secret=${secret}`, {}],
      [`${grant}&client_id=${id}&client_secret=${key}&scope=api%3Aread`, {}],
    ] as const) {
      const response = await send(app, body, headers);
      assert.equal(response.status, 200, body);
      assert.equal(response.headers.get('cache-control'), 'no-store');
      const token = (await response.json()) as Record<string, unknown>;
      assert.deepEqual([token.token_type, token.expires_in], ['Bearer', 3_600]);
      const list = await app.request('GET', '/v1/audit', { key: token.access_token as string });
      assert.equal(list.status, 200);
    }
  });

  it('says how long a token is valid, which is not longer than its key', async () => {
    const { app } = await open();
    const organisation = await app.organisation();
    for (const [lifetime, expiresIn] of [
      [2 * hour, 3_600],
      [hour / 4, 900],
      [1, 1],
    ] as const) {
      const key = await app.key('org-auditor', organisation, app.clock() + lifetime);
      const response = await send(app, grant, basic(`:${key}`));
      assert.equal(((await response.json()) as { expires_in: number }).expires_in, expiresIn);
    }
  });

  it('gives a token that ends after an hour, and with its key', async () => {
    const { app, id, secret, pass } = await open();
    const token = async () => {
      const response = await send(app, grant, basic(`${id}:${secret}`));
      return ((await response.json()) as { access_token: string }).access_token;
    };
    const status = async (key: string) => (await app.request('GET', '/v1/audit', { key })).status;
    const first = await token();
    pass(hour - 1);
    assert.equal(await status(first), 200);
    pass(1);
    assert.equal(await status(first), 401);
    const second = await token();
    await app.accounts.revokeKey(id, app.clock());
    assert.equal(await status(second), 401);
  });

  it('gives a token that is worth nothing once the clock is set back', async () => {
    const { app, id, secret, pass } = await open();
    const response = await send(app, grant, basic(`${id}:${secret}`));
    const { access_token: key } = (await response.json()) as { access_token: string };
    pass(-minute);
    assert.equal((await app.request('GET', '/v1/audit', { key })).status, 200);
    pass(-second);
    assert.equal((await app.request('GET', '/v1/audit', { key })).status, 401);
  });

  it('does not take a token that was altered', async () => {
    const { app, id, secret } = await open();
    const response = await send(app, grant, basic(`${id}:${secret}`));
    const { access_token: token } = (await response.json()) as { access_token: string };
    const [prefix = '', claims = '', mac = ''] = token.split('.');
    const { exp, ...rest } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const later = Buffer.from(JSON.stringify({ ...rest, exp: exp + 1 })).toString('base64url');
    const altered = [prefix, later, mac].join('.');
    assert.equal((await app.request('GET', '/v1/audit', { key: altered })).status, 401);
  });

  for (const [what, body, headers, status, error] of [
    ['a wrong secret', grant, basic(`AAAAAAAAAAAA:${'A'.repeat(43)}`), 401, 'invalid_client'],
    ['no client', grant, {}, 401, 'invalid_client'],
    [
      'token exchange',
      'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token=x',
      {},
      400,
      'unsupported_grant_type',
    ],
    ['no grant', 'scope=x', {}, 400, 'invalid_request'],
    ['a parameter that occurs twice', `${grant}&${grant}`, {}, 400, 'invalid_request'],
    ['JSON', '{}', { 'Content-Type': 'application/json' }, 400, 'invalid_request'],
  ] as const) {
    it(`rejects ${what} as ${error}`, async () => {
      const { app } = await open();
      const response = await send(app, body, headers);
      assert.equal(response.status, status);
      const found = (await response.json()) as Record<string, string>;
      assert.deepEqual(Object.keys(found), ['error', 'error_description']);
      assert.equal(found.error, error);
    });
  }

  for (const [what, body, headers, status] of [
    ['a body that is too large', `${grant}&x=${'y'.repeat(16 * 1024)}`, {}, 413],
    ['an encoded body', grant, { 'Content-Encoding': 'gzip' }, 415],
  ] as const) {
    it(`rejects ${what} with ${status}, in JSON`, async () => {
      const { app } = await open();
      const response = await send(app, body, headers);
      assert.equal(response.status, status);
      assert.match(((await response.json()) as { message: string }).message, /^Cannot read/);
    });
  }

  it('has 405 for other methods', async () => {
    const { app } = await open();
    const response = await app.request('GET', '/oidc/token');
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST']);
  });
});
