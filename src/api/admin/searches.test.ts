import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestApp } from '../app.fixture.ts';
import { TestBrowser } from '../browser.fixture.ts';

interface Search {
  readonly id: string;
  readonly name: string;
  readonly query: string;
  readonly createdBy: string;
}

const idOf = (key: string) => key.split('_')[1]!;

describe('a saved search', () => {
  const app = new TestApp();
  const names = async (key: string) =>
    (await app.json<{ items: Search[] }>('GET', '/v1/searches', { key })).items.map(
      ({ name }) => name,
    );
  const save = (key: string, name: string, query = 'action=a') =>
    app.json<Search>('POST', '/v1/searches', { key, body: { name, query } });
  const status = async (method: string, path: string, key: string, body?: object) =>
    (await app.request(method, path, { key, body })).status;

  it('is seen by everybody who may list the trail, and by no other organisation', async () => {
    const organisation = await app.organisation();
    const auditor = await app.key('org-auditor', organisation);
    const stranger = await app.key('org-admin', await app.organisation());
    const search = await save(auditor, 'Decrypts', 'action=kms.decrypt&-outcome=success');
    assert.equal(search.createdBy, idOf(auditor));
    await save(auditor, 'All', '');
    assert.deepEqual(await names(await app.key('org-admin', organisation)), ['All', 'Decrypts']);
    assert.deepEqual(await names(stranger), []);
    const path = `/v1/searches/${search.id}`;
    assert.equal(await status('DELETE', path, stranger), 404);
    assert.equal(await status('PATCH', path, stranger, { name: 'Mine' }), 404);
    // The same name is free there.
    await save(stranger, 'All');
  });

  it('keeps both of two changes that are made at a time', async () => {
    const key = await app.key('org-auditor', await app.organisation());
    const { id } = await save(key, 'First', 'action=a');
    const path = `/v1/searches/${id}`;
    const both = await Promise.all([
      status('PATCH', path, key, { name: 'Renamed' }),
      status('PATCH', path, key, { query: 'action=b' }),
    ]);
    assert.deepEqual(both, [200, 200]);
    const stored = app.accounts.collections.searches.get(id);
    assert.deepEqual([stored?.name, stored?.query], ['Renamed', 'action=b']);
  });

  it('is changed and deleted by its creator and by an admin, which the trail has', async () => {
    const organisation = await app.organisation();
    const [one, other] = [
      await app.key('org-auditor', organisation),
      await app.key('org-auditor', organisation),
    ];
    const admin = await app.key('org-admin', organisation);
    const { id } = await save(one, 'First');
    await save(one, 'Second');
    const path = `/v1/searches/${id}`;
    assert.equal(await status('PATCH', path, other, { name: 'Mine' }), 403);
    assert.equal(await status('DELETE', path, other), 403);
    assert.equal(await status('PATCH', path, one, { name: 'Second' }), 409);
    assert.equal(await status('PATCH', path, one, { name: 'First', query: 'action=b' }), 200);
    assert.equal(await status('POST', '/v1/searches', other, { name: 'First', query: '' }), 409);
    assert.equal(await status('DELETE', path, admin), 200);
    assert.equal(await status('DELETE', path, admin), 404);
    assert.deepEqual(await names(one), ['Second']);
    const { items } = await app.json<{
      items: { action: string; serviceAccountIdentity: string; details: object }[];
    }>(
      'GET',
      '/v1/audit?includeSystemServices=true&order=asc&action=search.create,search.update,search.delete',
      { key: admin },
    );
    assert.deepEqual(
      items.map((event) => [event.action, event.serviceAccountIdentity, event.details]),
      [
        ['search.create', idOf(one), { query: 'action=a' }],
        ['search.create', idOf(one), { query: 'action=a' }],
        ['search.update', idOf(one), { query: 'action=b' }],
        ['search.delete', idOf(admin), { query: 'action=b' }],
      ],
    );
  });

  it('is refused with a query that is none, when there are too many, and from a shared link', async () => {
    const organisation = await app.organisation();
    const admin = await app.key('org-admin', organisation);
    for (const query of ['?a=b', 'a=b#c', 'a b', 'a=\n', 'a=é', 'a'.repeat(4_001)]) {
      assert.equal(await status('POST', '/v1/searches', admin, { name: 'x', query }), 400, query);
    }
    const { url } = await app.json<{ url: string }>('POST', '/v1/links', {
      key: admin,
      body: { purpose: 'share' },
    });
    const browser = new TestBrowser(app);
    await browser.json('POST', '/v1/sessions', { body: { link: url.split('#')[1] } });
    const body = { name: 'x', query: '' };
    assert.equal((await browser.request('POST', '/v1/searches', { body })).status, 403);
    const both = await Promise.all(
      [1, 2].map(() => status('POST', '/v1/searches', admin, { name: 'same', query: '' })),
    );
    assert.deepEqual(both.sort(), [201, 409]);
    for (let count = 1; count < 200; count += 1) await save(admin, `search ${count}`);
    assert.equal(await status('POST', '/v1/searches', admin, { name: 'more', query: '' }), 409);
  });
});
