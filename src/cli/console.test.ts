import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestApp } from '../api/app.fixture.ts';
import { TestBrowser } from '../api/browser.fixture.ts';
import { fetchFrom, runCommand } from './run-command.fixture.ts';

describe('annals console', () => {
  const app = new TestApp();
  const annals = (key: string, ...args: readonly string[]) =>
    runCommand(['console', ...args], {
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
      fetch: fetchFrom(app),
      clock: app.clock,
    });
  const open = (url: string) => {
    const browser = new TestBrowser(app);
    const body = { link: url.trim().split('#')[1] };
    return browser.json<{ id: string; role: string }>('POST', '/v1/sessions', { body });
  };

  it('invite: the operator lets an administrator of a new organisation in', async () => {
    const operator = await app.key('operator');
    const body = { slug: 'acme', name: 'Acme' };
    await app.json('POST', '/v1/organisations', { key: operator, body });
    const unnamed = await annals(operator, 'invite');
    assert.deepEqual([unnamed.code, unnamed.stdout], [2, '']);
    assert.match(unnamed.stderr, /with the operator’s key, name it with -O/);
    const flags = ['--organisation', 'acme', '--role', 'org-admin', '--name', 'Noor'];
    const passkey = await annals(operator, 'invite', ...flags);
    assert.match(passkey.stdout, /^http:\/\/annals\.test\/console\/link#passkey\.[\w.-]+\n$/);
    assert.match(passkey.stderr, /^For org-admin; expires .*, in 1[45] minutes\n$/);
    const signIn = await annals(operator, 'invite', ...flags, '--purpose', 'sign-in');
    assert.equal((await open(signIn.stdout)).role, 'org-admin');
  });

  it('lists and revokes what it made, and says what is left of it', async () => {
    const admin = await app.key('org-admin', await app.organisation());
    assert.match((await annals(admin, 'links')).stderr, /There are no links/);
    const share = ['--purpose', 'share', '--name', 'auditors', '--expires-in', '30d'];
    const session = await open((await annals(admin, 'invite', ...share)).stdout);
    const links = (await annals(admin, 'links', '--json')).stdout.trimEnd().split('\n');
    assert.equal(links.length, 1);
    const { id } = JSON.parse(links[0]!) as { id: string };
    assert.match((await annals(admin, 'links')).stdout, /share +org-auditor +auditors +expires/);
    const sessions = (await annals(admin, 'sessions')).stdout;
    assert.match(sessions, new RegExp(`${session.id} +org-auditor +link auditors`));
    assert.match((await annals(admin, 'people')).stderr, /There are no people/);
    const ended = await annals(admin, 'revoke', 'session', session.id);
    assert.equal(ended.stdout, `Revoked the session ${session.id}\n`);
    assert.equal((await annals(admin, 'revoke', 'link', id)).code, 0);
    assert.match((await annals(admin, 'links')).stderr, /There are no links/);
    assert.equal((await annals(admin, 'revoke', 'link', 'AAAAAAAAAAAA')).code, 1);
    assert.equal((await annals(admin, 'revoke', 'cat', id)).code, 2);
    assert.equal((await annals(admin, 'revoke', 'session', id, '--with-created')).code, 2);
  });

  it('names the keys that somebody made who is revoked, and revokes them if asked', async () => {
    const admin = await app.key('org-admin', await app.organisation());
    const flags = ['--purpose', 'sign-in', '--role', 'org-admin'];
    const browser = new TestBrowser(app);
    const { stdout } = await annals(admin, 'invite', ...flags);
    const body = { link: stdout.trim().split('#')[1] };
    await browser.json('POST', '/v1/sessions', { body });
    const made = await browser.json<{ id: string }>('POST', '/v1/keys', {
      body: { role: 'writer', name: 'made' },
    });
    const { id } = JSON.parse((await annals(admin, 'links', '--json')).stdout) as { id: string };
    const revoked = await annals(admin, 'revoke', 'link', id);
    assert.match(revoked.stderr, new RegExp(`still valid: ${made.id}\n.* --with-created\n$`));
    assert.equal(app.accounts.key(made.id)?.revokedAt, undefined);
    assert.equal((await annals(admin, 'revoke', 'link', id, '--with-created')).stderr, '');
    assert.ok(app.accounts.key(made.id)?.revokedAt);
  });
});
