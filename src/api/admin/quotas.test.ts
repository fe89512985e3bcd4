import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemLog } from '../../core/organisation.ts';
import { Quotas } from '../../http/quotas.ts';
import { TestApp } from '../app.fixture.ts';

const limits = {
  keyEventsPerSecond: 0,
  keyBytesPerDay: 0,
  organisationEventsPerSecond: 2,
  organisationBytesPerDay: 0,
};

interface Owner {
  readonly id?: string;
  readonly identity?: string;
  readonly key?: string;
  readonly quotas?: object;
}

async function open() {
  const app = new TestApp({ quotas: new Quotas(limits, () => 0) });
  const operator = await app.key('operator');
  const call = (method: string, path: string, body?: object, status?: number) =>
    app.json<Owner>(method, path, { key: operator, body }, status);
  const acme = await call('POST', '/v1/organisations', {
    slug: 'acme',
    name: 'Acme',
    quotas: { bytesPerDay: 1_000_000 },
  });
  const writer = await call('POST', '/v1/keys', {
    organisation: 'acme',
    role: 'writer',
    name: 'app',
    quotas: { eventsPerSecond: 1 },
  });
  const record = async () => {
    const body = { events: [{ action: 'a' }, { action: 'b' }] };
    const response = await app.request('POST', '/v1/audit/events', { key: writer.key!, body });
    return `${response.status} ${await response.text()}`;
  };
  return { app, operator, call, acme, writer, record };
}

describe('quotas of a single organisation or key', () => {
  it('hold from the next request on, until they are taken away', async () => {
    const { call, acme, writer, record } = await open();
    assert.deepEqual([acme.quotas, writer.quotas], [{ bytesPerDay: 1e6 }, { eventsPerSecond: 1 }]);
    assert.match(await record(), /^201/);
    assert.match(await record(), /^429 .*this key may record 1 events a second/);
    const ofKey = `/v1/keys/${writer.id}`;
    const none = await call('PATCH', ofKey, { quotas: { eventsPerSecond: null } });
    assert.equal(none.quotas, undefined);
    assert.match(await record(), /^429 .*this organisation may record 2 events a second/);
    const changed = await call('PATCH', '/v1/organisations/acme', {
      quotas: { eventsPerSecond: 0 },
    });
    // What a change does not name stays.
    assert.deepEqual(changed.quotas, { eventsPerSecond: 0, bytesPerDay: 1_000_000 });
    assert.match(await record(), /^201/);
    await call('PATCH', `/v1/organisations/${acme.identity}`, { quotas: { bytesPerDay: 1 } });
    assert.match(await record(), /^429 .*this organisation may record 1 bytes a day/);
  });

  it('are all changed when two changes come at the same time', async () => {
    const { call, writer } = await open();
    const path = `/v1/keys/${writer.id}`;
    await Promise.all([
      call('PATCH', path, { quotas: { eventsPerSecond: 7 } }),
      call('PATCH', path, { quotas: { bytesPerDay: 8 } }),
    ]);
    const { quotas } = await call('PATCH', path, { quotas: { bytesPerDay: 9 } });
    assert.deepEqual(quotas, { eventsPerSecond: 7, bytesPerDay: 9 });
  });

  it('are in the lists, and each change in the trail and in the log of the server', async () => {
    const { app, operator, call, acme, writer } = await open();
    await call('PATCH', `/v1/keys/${writer.id}`, {
      quotas: { eventsPerSecond: null, bytesPerDay: 5 },
    });
    await call('PATCH', '/v1/organisations/acme', { quotas: { bytesPerDay: null } });
    const listed = async (path: string) => {
      const { items } = await app.json<{ items: Owner[] }>('GET', path, { key: operator });
      return items.map(({ quotas }) => quotas);
    };
    assert.deepEqual(await listed('/v1/keys?organisation=acme'), [{ bytesPerDay: 5 }]);
    assert.deepEqual(await listed('/v1/organisations'), [undefined]);
    await app.ownRecords.flush();
    const recorded = async (log: string) => {
      const events = await app.store.list(log, { filter: {}, order: 'asc', limit: 9 });
      return events
        .map(({ body }) => JSON.parse(body))
        .filter(({ action }) => !action.endsWith('.list'))
        .map(({ action, resourceIdentity, details, changes }) => [
          action,
          resourceIdentity,
          changes ?? details.quotas,
        ]);
    };
    const expected = [
      ['organisation.create', acme.identity, { bytesPerDay: 1_000_000 }],
      ['api_key.create', writer.id, { eventsPerSecond: 1 }],
      [
        'api_key.update',
        writer.id,
        { before: { quotas: { eventsPerSecond: 1 } }, after: { quotas: { bytesPerDay: 5 } } },
      ],
      [
        'organisation.update',
        acme.identity,
        { before: { quotas: { bytesPerDay: 1_000_000 } }, after: { quotas: {} } },
      ],
    ];
    assert.deepEqual(await recorded(acme.identity!), expected);
    assert.deepEqual(await recorded(systemLog.identity), expected);
  });

  it('are the operator’s: an org-admin neither changes them nor creates a key with some', async () => {
    const { app, call, writer } = await open();
    const { key } = await call('POST', '/v1/keys', {
      organisation: 'acme',
      role: 'org-admin',
      name: 'admin',
    });
    const request = { role: 'writer', name: 'fast', quotas: { eventsPerSecond: 0 } };
    const denied = { message: /needs quota:set/ };
    for (const [method, path, body] of [
      ['POST', '/v1/keys', request],
      ['PATCH', `/v1/keys/${writer.id}`, { quotas: { eventsPerSecond: 0 } }],
      ['PATCH', '/v1/organisations/acme', { quotas: { eventsPerSecond: 0 } }],
    ] as const) {
      const { message } = await app.json<{ message: string }>(
        method,
        path,
        { key: key!, body },
        403,
      );
      assert.match(message, denied.message);
    }
  });

  it('are rejected when they are none, and of what does not exist', async () => {
    const { call, operator } = await open();
    await call('PATCH', '/v1/organisations/acme', { quotas: {} }, 400);
    await call('PATCH', '/v1/organisations/acme', { quotas: { eventsPerSecond: -1 } }, 400);
    await call('PATCH', '/v1/organisations/acme', { quotas: { bytesPerDay: 1e12 } }, 400);
    await call('PATCH', '/v1/organisations/other', { quotas: { bytesPerDay: 1 } }, 404);
    await call('PATCH', '/v1/keys/AAAAAAAAAAAA', { quotas: { bytesPerDay: 1 } }, 404);
    // The operator's own key belongs to no organisation.
    const id = operator.split('_')[1];
    await call('PATCH', `/v1/keys/${id}`, { quotas: { bytesPerDay: 1 } }, 404);
  });
});
