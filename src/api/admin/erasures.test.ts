import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuditEvent } from '../../core/event.ts';
import { TestApp } from '../app.fixture.ts';

const event = (eventID: string, userIdentity: string, more: object = {}) => ({
  eventID,
  userIdentity,
  action: 'vault.open',
  description: 'Opened the vault',
  user: { subject: `s-${userIdentity}`, name: 'Noor', email: 'noor@example.com' },
  context: { client_ip: '192.0.2.7', path: '/vaults/7' },
  ...more,
});

async function recorded() {
  const app = new TestApp();
  const organisation = await app.organisation();
  const key = await app.key('org-admin', organisation);
  const impersonated = event('c', 'u-2', { impersonatorIdentity: 'u-1' });
  const service = event('d', 'u-1', { context: { client_ip: 'x', system_service: 'scheduler' } });
  const plain = { eventID: 'e', userIdentity: 'u-1', action: 'vault.read' };
  const events = [event('a', 'u-1'), event('b', 'u-2'), impersonated, service, plain];
  await app.json('POST', '/v1/audit/events', { key, body: { events } });
  const erase = (userIdentity: string) =>
    app.json('POST', '/v1/audit/erasures', { key, body: { userIdentity } }, 200);
  const get = (id: string) => app.json<AuditEvent>('GET', `/v1/audit/${id}`, { key });
  return { app, key, erase, get };
}

describe('erasing a person over HTTP', () => {
  it('takes the personal fields out of every event of theirs, and of no other', async () => {
    const { erase, get } = await recorded();
    assert.deepEqual(await erase('u-1'), { events: 4, erased: 3, alreadyErased: 0, snapshot: 5 });
    const { personal, ...rest } = (await get('a')) as AuditEvent & { personal?: string };
    assert.match(personal ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual(rest.user, { subject: 's-u-1' });
    assert.deepEqual(rest.context, { path: '/vaults/7' });
    assert.equal(rest.description, 'Opened the vault');
    assert.equal((await get('b')).user?.name, 'Noor');
    for (const id of ['c', 'd']) assert.equal((await get(id)).user?.name, undefined);
    assert.equal(Object.hasOwn(await get('e'), 'personal'), false);
  });

  it('may be repeated, and finds what was recorded since', async () => {
    const { app, key, erase } = await recorded();
    await erase('u-1');
    await app.json('POST', '/v1/audit/events', { key, body: event('later', 'u-1') });
    const again = await erase('u-1');
    assert.deepEqual(again, { events: 5, erased: 1, alreadyErased: 3, snapshot: 8 });
    assert.deepEqual(await erase('u-nobody'), {
      events: 0,
      erased: 0,
      alreadyErased: 0,
      snapshot: 10,
    });
  });

  it('is recorded before it begins and when it is done, without what it erased', async () => {
    const { app, key, erase } = await recorded();
    await erase('u-1');
    const { items } = await app.json<{ items: AuditEvent[] }>(
      'GET',
      '/v1/audit?includeSystemServices=true&order=asc&fromSequence=5',
      { key },
    );
    const [begun, ended] = items.filter(({ action }) => action.startsWith('audit_log.erase'));
    assert.equal(begun?.action, 'audit_log.erase');
    assert.equal(begun?.serviceAccountIdentity, key.split('_')[1]);
    assert.deepEqual(begun?.details, { userIdentity: 'u-1', snapshot: 5 });
    assert.equal(ended?.action, 'audit_log.erased');
    const counts = { events: 4, erased: 3, alreadyErased: 0 };
    assert.deepEqual(ended?.details, { userIdentity: 'u-1', snapshot: 5, ...counts });
    assert.doesNotMatch(JSON.stringify([begun, ended]), /Noor|192\.0\.2\.7/);
  });

  it('is rejected without a valid name of somebody', async () => {
    const { app, key } = await recorded();
    for (const body of [{}, { userIdentity: '' }, { userIdentity: 'u-1', all: true }, []]) {
      assert.equal((await app.request('POST', '/v1/audit/erasures', { key, body })).status, 400);
    }
    const { items } = await app.json<{ items: AuditEvent[] }>(
      'GET',
      '/v1/audit?includeSystemServices=true&fromSequence=0',
      { key },
    );
    assert.ok(items.every(({ action }) => !action.startsWith('audit_log.erase')));
  });
});

describe('what an organisation calls personal besides', () => {
  const operator = async (app: TestApp) => ({ key: await app.key('operator') });

  it('is fixed at the creation, named with the keys, committed to and erased', async () => {
    const app = new TestApp();
    const { identity } = await app.json<{ identity: string }>('POST', '/v1/organisations', {
      ...(await operator(app)),
      body: { slug: 'strict', name: 'Strict', personalPaths: ['details.phone', 'description'] },
    });
    const organisation = app.accounts.organisation(identity)!;
    const key = await app.key('org-admin', organisation);
    const keys = await app.json<{ personalPaths: string[] }>('GET', '/v1/audit/keys', { key });
    assert.ok(keys.personalPaths.includes('user.email'));
    assert.deepEqual(keys.personalPaths.slice(-2), ['description', 'details.phone']);
    const details = { phone: '+31 20 555 0199', floor: 3 };
    const body = event('a', 'u-1', { details });
    await app.json('POST', '/v1/audit/events', { key, body });
    const path = '/v1/audit/export?format=ndjson&redact=personal';
    const redacted = await (await app.request('GET', path, { key })).text();
    assert.doesNotMatch(redacted, /555 0199|Opened the vault/);
    await app.json('POST', '/v1/audit/erasures', { key, body: { userIdentity: 'u-1' } }, 200);
    const erased = await app.json<AuditEvent>('GET', '/v1/audit/a', { key });
    assert.deepEqual(erased.details, { floor: 3 });
    assert.equal(erased.description, undefined);
    // Redacted and erased are the same text, from which the leaf is computed.
    const after = await (
      await app.request('GET', '/v1/audit/export?format=ndjson', { key })
    ).text();
    assert.ok(after.includes(redacted.split('\n').find((line) => line.includes('vault.open'))!));
  });

  it('cannot be a field that a log needs, nor be named twice', async () => {
    const app = new TestApp();
    const admin = await operator(app);
    for (const path of ['eventID', 'sequence', 'action', 'personal', 'user..name', '']) {
      const body = { slug: 'x', name: 'x', personalPaths: [path] };
      const response = await app.request('POST', '/v1/organisations', { ...admin, body });
      assert.equal(response.status, 400, path);
      assert.match(await response.text(), /personalPaths\.?\[?0/);
    }
    const body = { slug: 'x', name: 'x', personalPaths: ['error', 'error'] };
    assert.equal((await app.request('POST', '/v1/organisations', { ...admin, body })).status, 400);
  });
});
