import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnalsError } from '../../core/errors.ts';
import { createMemoryStore } from '../../store/memory/store.ts';
import { TestApp } from '../app.fixture.ts';

describe('an organisation whose first record cannot be kept', () => {
  it('is not there, and is finished when it is made again', async (t) => {
    const store = createMemoryStore();
    const full = new AnnalsError('unavailable', 'The disk is full');
    t.mock.method(store, 'append', () => Promise.reject(full), { times: 1 });
    const app = new TestApp({ store });
    const key = await app.key('operator');
    const wanted = { slug: 'acme', name: 'Acme', personalPaths: ['description'] };
    const make = (body: object, status: number) =>
      app.json<{ identity: string; message?: string }>(
        'POST',
        '/v1/organisations',
        { key, body },
        status,
      );
    const listed = async () => {
      const { items } = await app.json<{ items: { identity: string }[] }>(
        'GET',
        '/v1/organisations',
        { key },
      );
      return items.map(({ identity }) => identity);
    };
    const makeKey = (status: number) => {
      const body = { organisation: 'acme', role: 'writer', name: 'first' };
      return app.json('POST', '/v1/keys', { key, body }, status);
    };

    await make(wanted, 503);
    assert.deepEqual(await listed(), []);
    // Nothing can be recorded in its log before the record of its being made.
    await makeKey(404);
    for (const other of [
      { ...wanted, name: 'Other' },
      { slug: 'acme', name: 'Acme' },
    ]) {
      assert.match((await make(other, 409)).message ?? '', /the creation of acme was interrupted/);
    }
    const { identity } = await make(wanted, 201);
    await make(wanted, 409);
    await makeKey(201);
    assert.deepEqual(await listed(), [identity]);
    const events = await store.list(identity, { filter: {}, order: 'asc', limit: 3 });
    const actions = events.map(({ body }) => (JSON.parse(body) as { action: string }).action);
    assert.deepEqual(actions, ['organisation.create', 'api_key.create']);
  });
});
