import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuditEvent } from '../core/event.ts';
import { TestApp } from './app.fixture.ts';

const system = { 'X-Organisation-Identity': 'system' };

/** An application in which the operator and strangers did something. */
async function setUp() {
  const app = new TestApp();
  const operator = await app.key('operator');
  const key = operator;
  const acme = await app.json<{ identity: string }>('POST', '/v1/organisations', {
    key,
    body: { slug: 'acme', name: 'Acme' },
  });
  const wanted = { organisation: 'acme', role: 'org-admin', name: 'first' };
  const created = await app.json<{ id: string; key: string }>('POST', '/v1/keys', {
    key,
    body: wanted,
  });
  await app.json('GET', '/v1/organisations', { key });
  for (let n = 0; n < 3; n += 1) {
    const stranger = `annals_Stranger${n}_${'x'.repeat(43)}`;
    assert.equal((await app.request('GET', '/v1/audit', { key: stranger })).status, 401);
  }
  const [prefix, id] = operator.split('_');
  const guessed = `${prefix}_${id}_${'y'.repeat(43)}`;
  assert.equal((await app.request('GET', '/v1/keys', { key: guessed })).status, 401);
  await app.ownRecords.flush();
  return { app, operator, acme, created };
}

describe('the log of the server', () => {
  it('has what the operator does and what strangers try, each once or in a summary', async () => {
    const { app, operator, acme, created } = await setUp();
    const { items } = await app.json<{ items: AuditEvent[] }>('GET', '/v1/audit?order=asc', {
      key: operator,
      headers: system,
    });
    const shown = items.map(({ action, outcome, resourceIdentity, details }) =>
      [action, outcome, resourceIdentity, details?.repeated].filter(Boolean).join(' '),
    );
    const id = operator.split('_')[1];
    assert.deepEqual(shown.toSorted(), [
      'api_key.create success '.concat(created.id),
      'auth.failed failure',
      'auth.failed failure 2',
      `auth.failed failure ${id}`,
      'organisation.create success '.concat(acme.identity),
      'organisation.list success',
    ]);
    assert.equal(
      items.find(({ action }) => action === 'api_key.create')?.details?.organisation,
      acme.identity,
    );
    assert.ok(
      !JSON.stringify(items).includes('Stranger'),
      'nothing that a stranger chose as a key',
    );
  });

  it('is exported, signed and proved as every other log', async () => {
    const { app, operator } = await setUp();
    const get = (path: string) => app.request('GET', path, { key: operator, headers: system });
    const exported = await (await get('/v1/audit/export?format=ndjson')).text();
    assert.equal(exported.trim().split('\n').length, 6);
    const checkpoint = await (await get('/v1/audit/checkpoint')).text();
    assert.match(checkpoint, /^annals\.test\/system\n/);
    for (const path of ['/v1/audit/proof/inclusion?sequence=0', '/v1/audit/tile/0/000.p/1']) {
      assert.equal((await get(path)).status, 200, path);
    }
  });

  it('is read by the operator alone, who must name it, and written by nobody', async () => {
    const { app, operator, created } = await setUp();
    const status = async (method: string, path: string, key: string, headers = {}, body?: object) =>
      (await app.request(method, path, { key, headers, ...(body && { body }) })).status;
    assert.equal(await status('GET', '/v1/audit', operator), 403);
    assert.equal(await status('GET', '/v1/audit', created.key, system), 404);
    assert.equal(await status('GET', '/v1/audit/export', created.key, system), 404);
    const event = { action: 'a' };
    assert.equal(await status('POST', '/v1/audit/events', operator, system, event), 403);
    assert.equal(await status('POST', '/v1/audit/events', created.key, system, event), 404);
    const person = { userIdentity: 'usr-1' };
    assert.equal(await status('POST', '/v1/audit/erasures', operator, system, person), 403);
    const key = { organisation: 'system', role: 'org-admin', name: 'a' };
    assert.equal(await status('POST', '/v1/keys', operator, {}, key), 404);
    const organisation = { slug: 'system', name: 'System' };
    assert.equal(await status('POST', '/v1/organisations', operator, {}, organisation), 400);
  });
});
