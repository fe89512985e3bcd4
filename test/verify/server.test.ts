import assert from 'node:assert/strict';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ServerProcess } from '../server-process.fixture.ts';
import { exportProved, record, temporary, verifierKeyOf } from './recorded-log.fixture.ts';
import { annals, verify } from './run-command.fixture.ts';

/** Replaces the data of a stopped server by another state of it. */
async function restore(server: ServerProcess, from: string): Promise<void> {
  await server.end('SIGTERM');
  await rm(server.data, { recursive: true });
  await cp(from, server.data, { recursive: true });
  await server.start();
}

describe('annals verify --server', () => {
  let server: ServerProcess;
  before(async () => {
    server = await ServerProcess.start();
  });
  after(() => server[Symbol.asyncDispose]());

  it('proves that a log has only grown, and finds a roll-back, a fork and a rebuilt log', async () => {
    await using kept = await temporary();
    const cwd = kept.path;
    const { key: token } = await server.organisation('acme');
    await server.end('SIGTERM');
    await cp(server.data, join(cwd, 'new'), { recursive: true });
    await server.start();
    await record(server, token, 20);
    await server.end('SIGTERM');
    await cp(server.data, join(cwd, 'early'), { recursive: true });
    await server.start();
    await record(server, token, 20, 'more');
    const key = await verifierKeyOf(server, token);
    const live = (...flags: string[]) =>
      verify(cwd, '--server', '--api', server.url, '--token', token, ...flags);

    const unknown = await live('--save', 'acme.checkpoint');
    assert.deepEqual([unknown.code, unknown.findings[0]?.kind], [1, 'key']);
    await assert.rejects(readFile(join(cwd, 'acme.checkpoint')), 'only what was proved is kept');
    assert.equal((await live('--key', key, '--save', 'acme.checkpoint')).code, 0);
    const saved = await readFile(join(cwd, 'acme.checkpoint'), 'utf8');
    assert.match(saved, /^annals\/\S+\n\d+\n/);
    await record(server, token, 3, 'again');
    assert.equal(
      (await live('--checkpoint', 'acme.checkpoint', '--save', 'new.checkpoint')).code,
      0,
    );
    assert.notEqual(await readFile(join(cwd, 'new.checkpoint'), 'utf8'), saved);

    await restore(server, join(cwd, 'early'));
    const back = await live('--key', key, '--checkpoint', 'acme.checkpoint');
    assert.deepEqual([back.code, back.findings[0]?.kind], [1, 'rollback']);
    await record(server, token, 50, 'instead');
    const gone = await live('--checkpoint', 'acme.checkpoint', '--save', 'acme.checkpoint');
    assert.deepEqual([gone.code, gone.findings[0]?.kind], [1, 'fork']);
    assert.equal(
      await readFile(join(cwd, 'acme.checkpoint'), 'utf8'),
      saved,
      'what was kept stays',
    );

    await restore(server, join(cwd, 'new'));
    await record(server, token, 90, 'rebuilt');
    const rebuilt = await live('--key', key, '--checkpoint', 'acme.checkpoint');
    assert.deepEqual([rebuilt.code, rebuilt.findings[0]?.kind], [1, 'fork']);
    const { code, stdout } = await annals(
      cwd,
      ...['verify', '--server', '--api', server.url, '--token', token],
      ...['--checkpoint', 'acme.checkpoint'],
    );
    assert.equal(code, 1);
    assert.match(
      stdout,
      /fork: the log was forked: its \d+ events do not begin with the \d+ of acme/,
    );
  });

  it('recognises another organisation’s checkpoint, an unknown key and a forged checkpoint', async () => {
    await using kept = await temporary();
    const acme = await server.organisation('forger');
    const other = await server.organisation('other');
    const key = await verifierKeyOf(server, acme.key);
    const live = (token: string, ...flags: string[]) =>
      verify(kept.path, '--server', '--api', server.url, '--token', token, ...flags);
    await live(other.key, '--key', key, '--save', 'other.checkpoint');
    const mixed = await live(acme.key, '--key', key, '--checkpoint', 'other.checkpoint');
    assert.deepEqual([mixed.code, mixed.findings[0]?.kind], [1, 'checkpoint']);

    await live(acme.key, '--key', key, '--save', 'acme.checkpoint');
    const signed = await readFile(join(kept.path, 'acme.checkpoint'), 'utf8');
    await writeFile(
      join(kept.path, 'unsigned'),
      signed.replace(/ [\w+/]{20}/, ` ${'A'.repeat(20)}`),
    );
    const unsigned = await live(acme.key, '--checkpoint', 'unsigned');
    assert.deepEqual([unsigned.code, unsigned.findings[0]?.kind], [1, 'key']);
    await record(server, acme.key, 1);
    const forbidden = await annals(
      kept.path,
      ...['verify', '--server', '--api', server.url, '--token', 'annals_x_y'],
    );
    assert.equal(forbidden.code, 4);
  });

  it('compares an export with a checkpoint saved when the log was shorter', async () => {
    await using directory = await temporary();
    const { key: token } = await server.organisation('short');
    const key = await verifierKeyOf(server, token);
    await record(server, token, 5);
    const connection = ['--server', '--api', server.url, '--token', token];
    await verify(directory.path, ...connection, '--key', key, '--save', 'early.checkpoint');
    await record(server, token, 5, 'later');
    const everything = ['--include-system-services', '--from', '2020-01-01', '--to', '2100-01-01'];
    await exportProved(server, token, directory.path, ...everything);
    const trust = ['--key', key, '--checkpoint', 'early.checkpoint'];
    assert.deepEqual(await verify(directory.path, '.', ...trust), {
      code: 0,
      proved: true,
      findings: [],
    });
    const keyless = await verify(directory.path, '.', '--checkpoint', 'early.checkpoint');
    assert.deepEqual(
      keyless.findings.map(({ kind }) => kind),
      ['key'],
      'the longer log is not vouched for',
    );
  });
});
