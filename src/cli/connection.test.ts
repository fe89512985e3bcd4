import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { TestApp } from '../api/app.fixture.ts';
import { exitCodes } from './cli-context.ts';
import { fetchFrom, runCommand } from './run-command.fixture.ts';

describe('annals context', () => {
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'annals-context-test-'));
  });
  after(() => rm(home, { recursive: true }));
  const context = (...args: readonly string[]) => runCommand(['context', ...args], { home });

  it('shows no part of a credential that may be secret', async () => {
    const id = 'A'.repeat(12);
    for (const [name, key] of [
      ['key', `annals_${id}_${'s'.repeat(43)}`],
      ['token', `annals-at.${'c'.repeat(80)}.${'s'.repeat(43)}`],
      ['other', 'prefix_ssssssssssss'],
    ] as const) {
      assert.equal((await context('set', name, '--token', key)).code, 0);
    }
    for (const flags of [[], ['--json']]) {
      const { stdout } = await context('list', ...flags);
      assert.doesNotMatch(stdout, /sss/);
      assert.match(stdout, new RegExp(`annals_${id}_…`));
    }
  });

  it('keeps them in a file that only its owner can read', async () => {
    const file = join(home, '.config', 'annals', 'config.json');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('rejects what is not an address, and names that are not saved', async () => {
    const { code, stderr } = await context('set', 'bad', '--api', 'audit.example.org');
    assert.equal(code, exitCodes.usage);
    assert.match(stderr, /audit\.example\.org is not an http or https address/);
    for (const name of ['bad', 'constructor', 'toString']) {
      const listed = await runCommand(['orgs', 'list', '--context', name], { home });
      assert.equal(listed.code, exitCodes.usage);
      assert.match(listed.stderr, new RegExp(`Cannot find the context ${name}: it is not saved`));
    }
  });
});

describe('a command that calls a server', () => {
  it('does not repeat a key that cannot be sent', async () => {
    for (const token of ['annals_AAAAAAAAAAAA_sss\nsss', 'sss sss', 'ssßss']) {
      const { code, stdout, stderr } = await runCommand(['keys', 'list', '--token', token], {});
      assert.deepEqual([code, stdout], [exitCodes.usage, '']);
      assert.doesNotMatch(stderr, /sss/);
      assert.match(stderr, /the API key has/);
    }
  });

  it('names the flag for the organisation that the operator’s key needs', async () => {
    const app = new TestApp();
    const env = { ANNALS_API: 'http://annals.test', ANNALS_KEY: await app.key('operator') };
    const world = { env, fetch: fetchFrom(app) };
    await runCommand(['orgs', 'create', 'acme'], world);
    const create = ['keys', 'create', '--role', 'writer', '--name', 'x'];
    for (const args of [['keys', 'list'], create]) {
      const { code, stderr } = await runCommand(args, world);
      assert.deepEqual(
        [code, stderr],
        [
          exitCodes.usage,
          'annals: Cannot choose the organisation: with the operator’s key, name it with -O\n',
        ],
      );
    }
    const created = await runCommand([...create, '-O', 'acme'], world);
    assert.match(created.stdout, /^annals_\w{12}_\w{43}\n$/);
    const wrong = await runCommand(['keys', 'revoke', created.stdout.trim(), '-O', 'other'], world);
    assert.equal(wrong.code, exitCodes.failed);
    assert.equal(
      (await runCommand(['keys', 'revoke', created.stdout.trim(), '-O', 'acme'], world)).code,
      0,
    );
  });

  it('shows which API keys a revoked one has created, and revokes them on request', async () => {
    const app = new TestApp();
    const admin = await app.key('org-admin', await app.organisation());
    const world = {
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: admin },
      fetch: fetchFrom(app),
    };
    const create = ['keys', 'create', '--role', 'org-admin', '--name', 'x'];
    const stolen = (await runCommand(create, world)).stdout.trim();
    const as = (key: string) => ({ ...world, env: { ...world.env, ANNALS_KEY: key } });
    const child = (await runCommand(create, as(stolen))).stdout.trim();
    const [stolenId = '', childId = ''] = [stolen, child].map((key) => key.split('_')[1]);
    const first = await runCommand(['keys', 'revoke', stolenId], world);
    assert.equal(first.stdout.trim().split('\n').length, 2);
    assert.match(
      first.stderr,
      new RegExp(`still valid:\n.*\n${childId} .*\nTo revoke them: .*\n$`),
    );
    const second = await runCommand(['keys', 'revoke', stolenId, '--with-created'], world);
    assert.equal(second.stderr, '');
    assert.match(second.stdout, new RegExp(`\n${childId} +org-admin .* revoked [-0-9]{10}\n$`));
  });

  it('says what a revocation on a full disk leaves owed', async () => {
    const revoked = { id: 'k', role: 'writer', name: 'x', createdAt: 'a', revokedAt: 'b' };
    const body = { ...revoked, created: [], owed: ['its record is not in the trail yet'] };
    const { code, stderr } = await runCommand(['keys', 'revoke', 'k'], {
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: 'k' },
      fetch: async () => Response.json(body),
    });
    const message = 'annals: the key is revoked, but its record is not in the trail yet\n';
    assert.deepEqual([code, stderr], [0, message]);
  });

  it('rejects the response of another program', async () => {
    const answers = (response: () => Response) =>
      runCommand(['orgs', 'list', '--token', 'key', '--api', 'http://annals.test'], {
        fetch: async () => response(),
      });
    const page = await answers(() => new Response('<html>'));
    assert.equal(page.code, exitCodes.failed);
    assert.match(
      page.stderr,
      /Cannot read the response of http:\/\/annals\.test\/v1\/organisations: it is not JSON/,
    );
    const refusal = await answers(() => new Response(null, { status: 500 }));
    assert.match(refusal.stderr, /http:\/\/annals\.test\/v1\/organisations answered 500/);
  });
});
