import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnalsError } from '../../core/errors.ts';
import { createMemoryStore } from '../../store/memory/store.ts';
import { TestApp } from '../app.fixture.ts';

describe('an organisation whose first record cannot be kept', () => {
  it('does not exist, and is finished when the request is repeated', async (t) => {
    const store = createMemoryStore();
    const full = new AnnalsError('unavailable', 'The disk is full');
    t.mock.method(store, 'append', () => Promise.reject(full), { times: 1 });
    const app = new TestApp({ store });
    const key = await app.key('operator');
    const acme = { slug: 'acme', name: 'Acme', personalPaths: ['description'] };
    const create = (body: object, status: number) =>
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
    const createKey = (status: number) => {
      const body = { organisation: 'acme', role: 'writer', name: 'first' };
      return app.json('POST', '/v1/keys', { key, body }, status);
    };

    await create(acme, 503);
    assert.deepEqual(await listed(), []);
    // Nothing can be recorded in its log before the record of its creation.
    await createKey(404);
    for (const other of [
      { ...acme, name: 'Other' },
      { slug: 'acme', name: 'Acme' },
    ]) {
      assert.match(
        (await create(other, 409)).message ?? '',
        /the creation of acme was interrupted/,
      );
    }
    const { identity } = await create(acme, 201);
    await create(acme, 409);
    await createKey(201);
    assert.deepEqual(await listed(), [identity]);
    const events = await store.list(identity, { filter: {}, order: 'asc', limit: 3 });
    const actions = events.map(({ body }) => (JSON.parse(body) as { action: string }).action);
    assert.deepEqual(actions, ['organisation.create', 'api_key.create']);
  });
});
