/** The signing key is replaced: what it signed before still counts, and what it signs afterwards does not. */
import assert from 'node:assert/strict';
import { cp, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { signingKeyFile } from '../../src/server/signing-key.ts';
import { ServerProcess } from '../server-process.fixture.ts';
import { exportProved, record, temporary, verifierKeyOf } from './recorded-log.fixture.ts';
import { annals, verify } from './run-command.fixture.ts';

const proved = { code: 0, proved: true, findings: [] };

describe('a key that was replaced', () => {
  let server: ServerProcess;
  let token: string;
  let work: { path: string } & AsyncDisposable;
  /** Verifier keys; the old one also as the server gives it now, with the size up to which it counts. */
  let old: string;
  let current: string;
  let replaced: string;
  const pathOf = (name: string) => join(work.path, name);
  const idOf = (key: string) => key.split('+', 2).join('+');

  before(async () => {
    server = await ServerProcess.start();
    token = (await server.organisation('acme')).key;
    work = await temporary();
    await record(server, token, 20);
    old = await verifierKeyOf(server, token);
    await exportProved(server, token, work.path, '--output', 'before/mine.json');
    await verify(work.path, ...live(), '--key', old, '--save', 'old.checkpoint');
    await server.end('SIGTERM');
    await rename(join(server.data, signingKeyFile), pathOf('old.pem'));
    await server.start();
    await record(server, token, 20, 'later');
    await exportProved(server, token, work.path, '--output', 'after/mine.json');
    const keys = await server.json<{ current: string; previous: string[] }>(
      'GET',
      '/v1/audit/keys',
      token,
    );
    current = keys.current;
    [replaced = ''] = keys.previous;
    await writeFile(pathOf('log.key'), `# acme\n${current}\n${replaced}\n`);
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await work[Symbol.asyncDispose]();
  });

  const live = (of = server) => ['--server', '--api', of.url, '--token', token];

  it('still proves what it signed, alone and among the keys that are served now', async () => {
    assert.notEqual(current, old);
    assert.match(replaced, /^\S+ \d+$/);
    assert.equal(replaced.split(' ')[0], old);
    for (const keys of [
      ['--key', old],
      ['--key', replaced],
      ['--key', 'log.key'],
    ]) {
      assert.deepEqual(await verify(work.path, 'before', ...keys), proved, keys.join(' '));
    }
    assert.deepEqual(await verify(work.path, 'after', '--key', 'log.key'), proved);
    assert.deepEqual(await verify(work.path, 'after', '--key', current), proved);
  });

  it('is named beside the one that is unknown', async () => {
    for (const [name, given, signer] of [
      ['after', old, current],
      ['before', current, old],
    ] as const) {
      const { code, findings } = await verify(work.path, name, '--key', given);
      assert.equal(code, 1);
      assert.deepEqual(
        findings.map(({ kind }) => kind),
        ['key'],
      );
      const { message } = findings[0]!;
      const sentence = `is signed by ${idOf(signer)}, which is none of the keys given (${idOf(given)}): `;
      assert.ok(message.includes(sentence), message);
      assert.ok(message.includes(signer), 'it gives the key to ask about');
    }
  });

  it('is shown to an auditor of the server, with the size up to which it counts', async () => {
    const known = await annals(work.path, 'verify', ...live(), '--key', current);
    assert.equal(known.code, 0, known.stdout);
    assert.ok(known.stdout.includes(`  before that by ${replaced}\n`), known.stdout);
    const kept = ['--checkpoint', 'old.checkpoint'];
    assert.deepEqual(await verify(work.path, ...live(), ...kept, '--key', 'log.key'), proved);
    const unknown = await verify(work.path, ...live(), ...kept);
    assert.deepEqual([unknown.code, unknown.findings[0]?.kind], [1, 'key']);
  });

  it('that signs afterwards is found, in an export and at a server', async () => {
    const data = pathOf('stolen');
    await server.end('SIGTERM');
    await cp(server.data, data, { recursive: true });
    await server.start();
    await using thief = await ServerProcess.on(data, ['--signing-key', pathOf('old.pem')]);
    await record(thief, token, 20, 'never');
    await exportProved(thief, token, work.path, '--output', 'forged/mine.json');
    assert.deepEqual(
      await verify(work.path, 'forged', '--key', old),
      proved,
      'whoever does not know that the key was replaced cannot know better',
    );
    const said = new RegExp(
      `^the checkpoint of the proof: .* it is signed by ${idOf(old).replace('+', '\\+')}, which was replaced at size ${replaced.split(' ')[1]} and is not valid for larger sizes$`,
    );
    for (const keys of [
      ['--key', 'log.key'],
      ['--key', old, '--key', 'log.key'],
    ]) {
      const { code, findings } = await verify(work.path, 'forged', ...keys);
      assert.equal(code, 1);
      assert.deepEqual(
        findings.map(({ kind }) => kind),
        ['key'],
      );
      assert.match(findings[0]?.message ?? '', said);
    }
    const { code, findings } = await verify(work.path, ...live(thief), '--key', 'log.key');
    assert.deepEqual([code, findings[0]?.kind], [1, 'key']);
    assert.match(findings[0]?.message ?? '', /which was replaced at size/);
  });
});
