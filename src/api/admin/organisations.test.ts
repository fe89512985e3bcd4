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

describe('lists of organisations and keys', () => {
  interface Page {
    readonly items: readonly { readonly identity: string; readonly id: string }[];
    readonly nextCursor?: string;
  }

  it('come in pages, without gaps and doubles, with what is created during the walk', async () => {
    const app = new TestApp();
    const key = await app.key('operator');
    const create = async (slug: string) => {
      const body = { slug, name: slug };
      const path = '/v1/organisations';
      return (await app.json<{ identity: string }>('POST', path, { key, body })).identity;
    };
    const created = [await create('a'), await create('b'), await create('c')];
    const page = (query: string) => app.json<Page>('GET', `/v1/organisations?${query}`, { key });
    const first = await page('limit=2');
    created.push(await create('d'));
    const second = await page(`limit=2&cursor=${first.nextCursor}`);
    const found = [first, second].flatMap(({ items }) => items.map(({ identity }) => identity));
    assert.deepEqual(found, created);
    assert.deepEqual([first.items.length, second.nextCursor], [2, undefined]);

    const ids: string[] = [];
    for (let number = 0; number < 3; number += 1) {
      const body = { organisation: 'a', role: 'writer', name: `key ${number}` };
      ids.push((await app.json<{ id: string }>('POST', '/v1/keys', { key, body })).id);
    }
    const keys = (query: string) =>
      app.json<Page>('GET', `/v1/keys?organisation=a&limit=2${query}`, { key });
    const some = await keys('');
    const others = await keys(`&cursor=${some.nextCursor}`);
    assert.deepEqual(
      [some, others].flatMap(({ items }) => items.map(({ id }) => id)),
      ids,
    );
    assert.equal(others.nextCursor, undefined);
  });

  it('have at most 1,000 items, whatever the request says', async () => {
    const app = new TestApp();
    const key = await app.key('org-admin', await app.organisation());
    for (let number = 0; number < 1_000; number += 1) {
      const organisation = app.accounts.organisations()[0];
      await app.key('writer', organisation);
    }
    const { items, nextCursor } = await app.json<Page>('GET', '/v1/keys?limit=5000', { key });
    assert.equal(items.length, 1_000);
    assert.equal(nextCursor, items.at(-1)?.id);
  });

  it('refuse a cursor that is not theirs, and a limit of nothing', async () => {
    const app = new TestApp();
    const key = await app.key('operator');
    for (const [path, status, message] of [
      ['/v1/organisations?cursor=org-nobody', 404, /the cursor is not one of this list/],
      ['/v1/organisations?limit=0', 400, /limit must be a whole number from 1/],
    ] as const) {
      const refused = await app.json<{ message: string }>('GET', path, { key }, status);
      assert.match(refused.message, message);
    }
  });
});
