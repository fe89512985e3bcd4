import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { openSqliteAccounts } from './accounts.ts';

it('accounts that are opened again have every organisation as it was created', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'annals-accounts-'));
  const file = join(folder, 'annals.db');
  const plain = { identity: 'org-1', slug: 'one', name: 'One', createdAt: 1 };
  const strict = { identity: 'org-2', slug: 'two', name: 'Two', createdAt: 2 };
  const paths = { personalPaths: ['description', 'details.phone'] };
  const first = await openSqliteAccounts(file);
  await first.addOrganisation(plain);
  await first.addOrganisation({ ...strict, ...paths });
  await assert.rejects(first.addOrganisation({ ...plain, identity: 'org-3' }), {
    code: 'conflict',
  });
  await first.close();
  const again = await openSqliteAccounts(file);
  assert.deepEqual(again.organisations(), [plain, { ...strict, ...paths }]);
  assert.deepEqual(again.organisation('two'), { ...strict, ...paths });
  await again.close();
  await rm(folder, { recursive: true });
});
