import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnalsError } from '../core/errors.ts';
import { createMemoryStore } from '../store/memory/store.ts';
import { TestApp } from './test-app.ts';

describe('an organisation whose first record cannot be kept', () => {
  it('is finished when it is asked for again, and taken for anybody else', async (t) => {
    const store = createMemoryStore();
    const full = new AnnalsError('unavailable', 'The disk is full');
    t.mock.method(store, 'append', () => Promise.reject(full), { times: 1 });
    const app = new TestApp({ store });
    const key = await app.key('operator');
    const wanted = { slug: 'acme', name: 'Acme', personalPaths: ['description'] };
    const make = (body: object, status: number) =>
      app.json<{ identity: string }>('POST', '/v1/organisations', { key, body }, status);
    await make(wanted, 503);
    await make({ ...wanted, name: 'Other' }, 409);
    await make({ slug: 'acme', name: 'Acme' }, 409);
    const { identity } = await make(wanted, 201);
    await make(wanted, 409);
    const { items } = await app.json<{ items: { identity: string }[] }>(
      'GET',
      '/v1/organisations',
      { key },
    );
    assert.deepEqual(
      items.map((item) => item.identity),
      [identity],
    );
    assert.equal((await store.head(identity)).size, 1);
  });
});
