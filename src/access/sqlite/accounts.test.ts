import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import type { KeyRecord, LinkRecord } from '../records.ts';
import { openSqliteAccounts } from './accounts.ts';

const open = (file: string) => openSqliteAccounts({ file, installation: new Uint8Array(16) });

const keyOf = (id: string, more: Partial<KeyRecord> = {}): KeyRecord => ({
  id,
  role: 'operator',
  name: id,
  secretHash: new Uint8Array(32),
  createdAt: 10,
  ...more,
});

it('a key that is revoked or has expired adds no other, and those it added come back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'annals-accounts-'));
  const file = join(folder, 'annals.db');
  const first = await open(file);
  await first.addKey(keyOf('admin', { expiresAt: 20 }));
  const child = keyOf('child', { createdBy: 'admin', createdAt: 19 });
  await first.addKey(child);
  const refused = { code: 'unauthenticated' };
  await assert.rejects(first.addKey(keyOf('late', { createdBy: 'admin', createdAt: 20 })), refused);
  // The revocation came first, though both were requested before either was done.
  const revoked = first.revokeKey('admin', 15);
  await assert.rejects(first.addKey(keyOf('late', { createdBy: 'admin', createdAt: 11 })), refused);
  await revoked;
  await first.close();
  const again = await open(file);
  assert.deepEqual(again.keysCreatedBy('admin'), [child]);
  assert.equal(again.key('late'), undefined);
  await again.close();
  await rm(folder, { recursive: true });
});

it('a key that is being written when its creator is revoked is added, and listed with it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'annals-accounts-'));
  const accounts = await open(join(folder, 'annals.db'));
  await accounts.addKey(keyOf('admin'));
  const child = keyOf('child', { createdBy: 'admin' });
  const adding = accounts.addKey(child);
  await new Promise((checked) => setImmediate(checked));
  await accounts.revokeKey('admin', 15);
  assert.deepEqual(accounts.keysCreatedBy('admin'), [child]);
  await adding;
  await accounts.close();
  await rm(folder, { recursive: true });
});

it('keys of version 0.1, which has no creators, are read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'annals-accounts-'));
  const file = join(folder, 'annals.db');
  await (await open(file)).close();
  const database = new DatabaseSync(file);
  database.exec(`ALTER TABLE keys DROP COLUMN created_by;
    INSERT INTO keys VALUES ('old', NULL, 'operator', 'old', zeroblob(32), 10, NULL, NULL)`);
  database.close();
  const accounts = await open(file);
  assert.deepEqual(accounts.key('old'), keyOf('old'));
  await accounts.close();
  await rm(folder, { recursive: true });
});

it('quotas of organisations and keys come back as they were set last', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'annals-accounts-'));
  const file = join(folder, 'annals.db');
  const first = await open(file);
  const organisation = { identity: 'org-1', slug: 'one', name: 'One', createdAt: 1 };
  await first.addOrganisation({ ...organisation, quotas: { eventsPerSecond: 5 } });
  await first.addKey(keyOf('kept', { organisation: 'org-1', quotas: { bytesPerDay: 7 } }));
  await first.addKey(keyOf('freed', { quotas: { eventsPerSecond: 0, bytesPerDay: 0 } }));
  await first.setQuotas('org-1', { eventsPerSecond: 0, bytesPerDay: 9 });
  await first.setQuotas('freed', {});
  const expected = (accounts: typeof first) => {
    const quotas = { eventsPerSecond: 0, bytesPerDay: 9 };
    assert.deepEqual(accounts.organisation('one'), { ...organisation, quotas });
    assert.deepEqual(accounts.organisation('org-1'), { ...organisation, quotas });
    assert.deepEqual(accounts.key('kept')?.quotas, { bytesPerDay: 7 });
    assert.deepEqual(accounts.key('freed'), keyOf('freed'));
  };
  expected(first);
  await first.close();
  const again = await open(file);
  expected(again);
  await again.close();
  await rm(folder, { recursive: true });
});

it('the secret of access tokens, which version 0.1 kept, is erased', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'annals-accounts-'));
  const file = join(folder, 'annals.db');
  const first = await open(file);
  await first.setSetting('access_token_secret', 'AccessTokenSecretOfVersion01');
  await first.close();
  assert.ok((await readFile(file)).includes('AccessTokenSecret'));
  const again = await open(file);
  assert.equal(again.setting('access_token_secret'), undefined);
  await again.close();
  assert.ok(!(await readFile(file)).includes('AccessTokenSecret'));
  await rm(folder, { recursive: true });
});

it('accounts that are opened again have every organisation as it was created', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'annals-accounts-'));
  const file = join(folder, 'annals.db');
  const plain = { identity: 'org-1', slug: 'one', name: 'One', createdAt: 1 };
  const strict = { identity: 'org-2', slug: 'two', name: 'Two', createdAt: 2 };
  const paths = { personalPaths: ['description', 'details.phone'] };
  const first = await open(file);
  await first.addOrganisation(plain);
  await first.addOrganisation({ ...strict, ...paths });
  await assert.rejects(first.addOrganisation({ ...plain, identity: 'org-3' }), {
    code: 'conflict',
  });
  await first.close();
  const again = await open(file);
  assert.deepEqual(again.organisations(), [plain, { ...strict, ...paths }]);
  assert.deepEqual(again.organisation('two'), { ...strict, ...paths });
  await again.close();
  await rm(folder, { recursive: true });
});

it('sessions, links, searches and people come back as they were, and sessions that ended do not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'annals-accounts-'));
  const file = join(folder, 'annals.db');
  const first = await open(file);
  const session = (id: string) => ({
    id,
    secretHash: new Uint8Array(32).fill(id.length),
    account: 'admin',
    createdAt: 10,
    lastUsedAt: 1_796_000_000_000_000,
  });
  const full = { ...session('full'), clientIp: '192.0.2.1', userAgent: 'Firefox' };
  const { sessions } = first.collections;
  await sessions.put(full);
  await sessions.put(session('used'));
  await sessions.put({ ...session('used'), lastUsedAt: 20 });
  // Both are seen before either is on the disk.
  const added = sessions.put(session('ended'));
  assert.deepEqual(sessions.get('ended'), session('ended'));
  const removed = sessions.remove('ended');
  assert.equal(sessions.get('ended'), undefined);
  await Promise.all([added, removed, sessions.remove('never there')]);
  const link = {
    id: 'link',
    purpose: 'share',
    organisation: 'org-1',
    role: 'org-auditor',
    name: 'Auditors',
    secretHash: new Uint8Array(32).fill(7),
    createdAt: 10,
    createdBy: 'admin',
    opensUntil: 20,
    expiresAt: 20,
    usedAt: 15,
  } as const;
  const { links } = first.collections;
  await links.put(link);
  await links.end({ ...link, revokedAt: 16 });
  const person = {
    id: 'person',
    organisation: 'org-1',
    role: 'org-admin',
    name: 'Anna',
    createdAt: 10,
    createdBy: 'admin',
    credentialId: 'AAAA',
    publicKey: new Uint8Array(77).fill(3),
    counter: 0,
    userHandle: 'link',
    host: 'localhost',
    signedInAt: 11,
  } as const;
  const search = {
    id: 'search',
    organisation: 'org-1',
    name: 'Decrypts',
    query: 'action=kms.decrypt',
    createdBy: 'person',
    createdAt: 12,
  };
  await first.collections.searches.put(search);
  await first.collections.people.put(person);
  // A key that a person creates is added as long as they are in.
  await first.addKey(keyOf('by-person', { createdBy: 'person', createdAt: 12 }));
  await first.collections.people.end({ ...person, revokedAt: 13 });
  const late = keyOf('late', { createdBy: 'person', createdAt: 14 });
  await assert.rejects(first.addKey(late), { code: 'unauthenticated' });
  await first.close();
  const again = await open(file);
  assert.deepEqual(
    [...again.collections.sessions.values()],
    [full, { ...session('used'), lastUsedAt: 20 }],
  );
  assert.deepEqual([...again.collections.links.values()], [{ ...link, revokedAt: 16 }]);
  assert.deepEqual([...again.collections.searches.values()], [search]);
  assert.deepEqual([...again.collections.people.values()], [{ ...person, revokedAt: 13 }]);
  await again.close();
  await rm(folder, { recursive: true });
});

it('what is changed and ends while something else ends has ended after a restart too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'annals-accounts-'));
  const file = join(folder, 'annals.db');
  const first = await open(file);
  const { sessions, links } = first.collections;
  const session = {
    secretHash: new Uint8Array(32),
    account: 'admin',
    createdAt: 1,
    lastUsedAt: 1,
  };
  const link: LinkRecord = {
    id: 'link',
    purpose: 'sign-in',
    organisation: 'org-1',
    role: 'org-admin',
    name: 'Noor',
    secretHash: new Uint8Array(32),
    createdAt: 1,
    createdBy: 'admin',
    opensUntil: 100,
  };
  await sessions.put({ ...session, id: 'other' });
  await sessions.put({ ...session, id: 'used' });
  await links.put(link);
  await Promise.all([
    sessions.remove('other'),
    sessions.put({ ...session, id: 'used', lastUsedAt: 2 }),
    links.put({ ...link, usedAt: 2 }),
    sessions.remove('used'),
    links.end({ ...link, usedAt: 2, revokedAt: 3 }),
  ]);
  await first.close();
  const again = await open(file);
  assert.deepEqual([...again.collections.sessions.values()], []);
  assert.equal(again.collections.links.get('link')?.revokedAt, 3);
  await again.close();
  await rm(folder, { recursive: true });
});
