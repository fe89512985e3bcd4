import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { createApiKey, formatKey } from '../access/key.ts';
import { TestApp } from '../api/app.fixture.ts';
import { exitCodes } from './cli-context.ts';
import { checkAddress, warnOfExposure } from './connection.ts';
import { fetchFrom, runCommand } from './run-command.fixture.ts';

describe('a secret', () => {
  let cwd: string;
  let key: string;
  const app = new TestApp();
  const world = { env: { ANNALS_API: 'http://annals.test' }, fetch: fetchFrom(app) };
  const list = (flags: readonly string[], change: object = {}) =>
    runCommand(['keys', 'list', ...flags], { ...world, cwd, ...change });
  const withEnv = (env: Record<string, string>) => ({ env: { ...world.env, ...env } });

  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'annals-secrets-'));
    key = await app.key('org-admin', await app.organisation());
    await writeFile(join(cwd, 'key'), `${key}\n`, { mode: 0o600 });
    await writeFile(join(cwd, 'empty'), '\n', { mode: 0o600 });
    await writeFile(join(cwd, 'large'), 'x'.repeat(64 * 1024 + 1), { mode: 0o600 });
  });
  after(() => rm(cwd, { recursive: true }));

  it('is read from a file or stdin, named by a flag or a variable', async () => {
    const inOrder = await Promise.all([
      list(['--token-file', 'key']),
      list(['--token-file', '-'], { input: `${key}\n` }),
      list([], withEnv({ ANNALS_KEY_FILE: join(cwd, 'key') })),
      list(['--token-file', 'key'], withEnv({ ANNALS_KEY: 'wrong', ANNALS_KEY_FILE: 'none' })),
    ]);
    for (const { code, stderr } of inOrder) assert.deepEqual([code, stderr], [0, '']);
  });

  it('on the command line works, with a warning that names the flag for a file', async () => {
    const { code, stdout, stderr } = await list(['--token', key]);
    assert.equal(code, 0);
    assert.match(stdout, /org-admin/);
    assert.equal(stderr, 'annals: every user of this machine can see --token: use --token-file\n');
    const { stdout: help } = await list(['--help']);
    assert.match(help, /--token-file/);
    assert.doesNotMatch(help, /--token </);
  });

  it('that every user can read is used, with a warning', async () => {
    await chmod(join(cwd, 'key'), 0o644);
    const { code, stderr } = await list(['--token-file', 'key']);
    await chmod(join(cwd, 'key'), 0o600);
    assert.deepEqual(
      [code, stderr],
      [0, 'annals: every user of this machine can read key: chmod 600 key\n'],
    );
  });

  it('is missing with a sentence that says where, and nothing of a file', async () => {
    for (const [flags, change, message] of [
      [['--token-file', 'none'], {}, 'Cannot read the API key: none: there is no such file'],
      [['--token-file', 'empty'], {}, 'Cannot read the API key: empty is empty'],
      [['--token-file', '.'], {}, 'Cannot read the API key: .: it is a directory'],
      [['--token-file', 'large'], {}, 'Cannot read the API key: large has more than 65536 bytes'],
      [['--token-file', '-'], {}, 'Cannot read the API key: stdin is empty'],
      [
        ['--token-file', 'key', '--token', 'x'],
        {},
        'Cannot use both --token and --token-file: give one',
      ],
      [
        [],
        withEnv({ ANNALS_KEY: key, ANNALS_KEY_FILE: 'key' }),
        'Cannot connect: ANNALS_KEY and ANNALS_KEY_FILE are both set',
      ],
    ] as const) {
      const { code, stderr } = await list(flags, change);
      assert.equal(code, exitCodes.usage, message);
      assert.ok(stderr.endsWith(`annals: ${message}\n`), stderr);
    }
    const both = ['import', '--token-file', '-', '-'];
    const { stderr } = await runCommand(both, { ...world, cwd, input: key });
    assert.match(stderr, /^annals: Cannot read the API key: stdin is read for something else/);
  });

  it('of a vendor is read from a file too', async () => {
    for (const [source, file, authorization] of [
      ['thalassa', '--access-token-file', `Bearer ${'T'.repeat(9)}`],
      ['upcloud', '--token-file', `Bearer ${'T'.repeat(9)}`],
      ['upcloud', '--password-file', `Basic ${Buffer.from('me:TTTTTTTTT').toString('base64')}`],
      ['cockroachdb', '--token-file', `Bearer ${'T'.repeat(9)}`],
    ] as const) {
      const seen = new Set<string | null>();
      const fetch: typeof globalThis.fetch = async (input, init) => {
        seen.add(new Request(input, init).headers.get('authorization'));
        return new Response('{}', { status: 403 });
      };
      const flags = ['--source', source, file, '-', '--username', 'me', '--organisation', 'o'];
      await runCommand(['export', '--since', '1h', '--output', '-', ...flags], {
        env: {},
        fetch,
        cwd,
        home: cwd,
        input: 'TTTTTTTTT\n',
      });
      assert.deepEqual([...seen], [authorization], `${source} ${file}`);
    }
  });

  it('is saved from a file, and a new key is written into one', async () => {
    const at = { ...world, cwd, home: cwd };
    const create = ['keys', 'create', '--role', 'writer', '--name', 'x', '--output', 'new'];
    const flags = ['--token-file', 'key'];
    const { code, stdout } = await runCommand([...create, ...flags], at);
    assert.equal(code, 0);
    const written = (await readFile(join(cwd, 'new'), 'utf8')).trim();
    assert.equal(stdout, `The API key ${written.split('_')[1]} is in new\n`);
    assert.equal((await stat(join(cwd, 'new'))).mode & 0o777, 0o600);
    const { length } = app.accounts.keys('org-000000000001');
    const again = await runCommand([...create, ...flags], at);
    assert.match(again.stderr, /^annals: Cannot write the API key into \S*new: it exists\n$/);
    assert.equal(app.accounts.keys('org-000000000001').length, length);
    const saved = ['context', 'set', 'one', '--api', 'http://annals.test', ...flags];
    assert.equal((await runCommand(saved, at)).code, 0);
    assert.equal((await runCommand(['keys', 'list'], { ...at, env: {} })).code, 0);
  });

  it('does not stand in an address', async () => {
    const api = 'https://user:hunter2@annals.test';
    for (const args of [
      ['keys', 'list', '--api', api, '--token-file', 'key'],
      ['context', 'set', 'x', '--api', api],
      ['export', '--since', '1h', '--source', 'upcloud', '--api', api, '--token-file', 'key'],
    ]) {
      const { code, stderr } = await runCommand(args, { ...world, cwd, home: cwd });
      assert.equal(code, exitCodes.usage);
      assert.match(stderr, /the address of annals\.test has a user name or a password/);
      assert.doesNotMatch(stderr, /hunter2/);
    }
    assert.throws(() => checkAddress('ftp://x', 'connect'), /ftp:\/\/x is not an http or https/);
  });

  it('that would leave the machine unencrypted is announced', () => {
    const warned = (address: string) => {
      const stderr = new PassThrough();
      warnOfExposure(address, { stderr, env: {} });
      return String(stderr.read() ?? '');
    };
    assert.equal(
      warned('http://annals.example.org:8420'),
      'annals: the credential goes to annals.example.org:8420 unencrypted: use https\n',
    );
    for (const local of ['localhost:8420', '127.0.0.1', '[::1]:8420', 'a.localhost']) {
      assert.equal(warned(`http://${local}/`), '');
    }
    assert.equal(warned('https://annals.example.org'), '');
  });

  it('of the operator is printed only to a terminal, and given in a file', async () => {
    const stopped = { cwd, signal: AbortSignal.abort() };
    const serve = (data: string, change: object, ...flags: readonly string[]) =>
      runCommand(
        ['serve', '--port', '0', '--log-level', 'silent', '--data', join(cwd, data), ...flags],
        { ...stopped, ...change },
      );
    for (const isTerminal of [false, true]) {
      const data = `data-${isTerminal}`;
      const { code, stdout, stderr } = await serve(data, { isTerminal });
      assert.deepEqual([code, stderr], [0, '']);
      const file = join(cwd, data, 'operator-key');
      const shown = isTerminal ? `  ${await readFile(file, 'utf8')}` : '';
      assert.ok(stdout.endsWith(`\nThe operator's key is in ${file}\n${shown}`), stdout);
    }
    const given = formatKey(createApiKey((bytes) => void randomFillSync(bytes)));
    await writeFile(join(cwd, 'operator'), given, { mode: 0o600 });
    const env = { ANNALS_OPERATOR_KEY_FILE: join(cwd, 'operator') };
    for (const [flags, change] of [
      [['--operator-key-file', '-'], { input: given }],
      [[], { env }],
    ] as const) {
      const { code, stdout, stderr } = await serve('data-true', change, ...flags);
      assert.deepEqual([code, stderr], [0, '']);
      assert.doesNotMatch(stdout, /operator/);
    }
    const { signal } = new AbortController();
    const both = await serve('data-true', {
      signal,
      env: { ...env, ANNALS_OPERATOR_KEY: given },
    });
    assert.match(both.stderr, /ANNALS_OPERATOR_KEY and ANNALS_OPERATOR_KEY_FILE are both set/);
    const weak = await serve(
      'data-true',
      { signal, input: 'annals_op_aaaaaaaaaaaaaaaa' },
      '--operator-key-file',
      '-',
    );
    assert.equal(weak.code, exitCodes.usage);
    assert.match(weak.stderr, /the secret 43 or more random letters and digits/);
    assert.doesNotMatch(weak.stderr, /aaaa/);
  });

  it('is sent without checked certificates only with a warning', async () => {
    const { stderr } = await runCommand(
      ['export', '--since', '1h', '--source', 'upcloud', '--token-file', 'key', '--output', '-'],
      {
        cwd,
        home: cwd,
        env: { UPCLOUD_DEBUG_SKIP_CERTIFICATE_VERIFY: '1' },
        fetch: async () => new Response('{}', { status: 403 }),
      },
    );
    assert.match(stderr, /^annals: certificates are not checked/);
  });
});
