import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ServerProcess } from '../server-process.fixture.ts';
import { exportProved, record, temporary, verifierKeyOf, window } from './recorded-log.fixture.ts';
import { annals, verify } from './run-command.fixture.ts';

const formats: Record<string, readonly string[]> = {
  'a JSON array': [],
  NDJSON: ['--format', 'ndjson'],
  CSV: ['--format', 'csv'],
  'the tcloud envelope': ['--envelope', 'tcloud'],
  'JSON, gzip': ['--compress', 'gzip'],
  'NDJSON, zstd': ['--format', 'ndjson', '--compress', 'zstd'],
  'CSV, zstd, a file a day': ['--format', 'csv', '--compress', 'zstd', '--daily'],
  'the tcloud envelope, gzip, a file a day': [
    '--envelope',
    'tcloud',
    '--compress',
    'gzip',
    '--daily',
  ],
  'JSON, a file a day': ['--daily'],
  'a file with a name of one’s own': ['--output', 'mine.ndjson'],
  'a selection of events': ['--action', 'vault.open'],
  'a selection of none': ['--action', 'nothing.at.all'],
  'everything, Annals’ own records too': ['--include-system-services'],
  'without personal fields': ['--redact', 'personal'],
  'a selection without personal fields, CSV, a file a day': [
    '--redact',
    'personal',
    '--format',
    'csv',
    '--daily',
    '--action',
    'vault.open',
  ],
};

describe('an export with a proof', () => {
  let server: ServerProcess;
  let token: string;
  let key: string;
  before(async () => {
    server = await ServerProcess.start();
    token = (await server.organisation('acme')).key;
    // More than a tile of the tree.
    await record(server, token, 100);
    key = await verifierKeyOf(server, token);
  });
  after(() => server[Symbol.asyncDispose]());

  for (const [name, flags] of Object.entries(formats)) {
    it(`verifies as ${name}`, async () => {
      await using directory = await temporary();
      await exportProved(server, token, directory.path, ...flags);
      const names = await readdir(directory.path);
      assert.deepEqual(await verify(directory.path, ...names, '--key', key), {
        code: 0,
        proved: true,
        findings: [],
      });
      assert.equal((await verify(directory.path, directory.path, '--key', key)).code, 0);
    });
  }

  it('verifies with days that have no file, but not when a file is said to be such a day', async () => {
    await using directory = await temporary();
    const before = ['--from', '2026-05-30', '--to', '2026-06-05'];
    await exportProved(server, token, directory.path, ...before, '--daily', '--skip-empty');
    const names = await readdir(directory.path);
    assert.equal(names.filter((name) => /-\d\d\.json$/.test(name)).length, 3);
    assert.equal((await verify(directory.path, '.', '--key', key)).proved, true);
    const manifestFile = join(
      directory.path,
      names.find((name) => name.endsWith('.manifest.json')) ?? '',
    );
    const manifest = JSON.parse(await readFile(manifestFile, 'utf8'));
    const [first, second, third] = manifest.files;
    manifest.files = [first, third];
    manifest.emptyPeriods.push({ from: second.from, to: second.to });
    manifest.filesExpected -= 1;
    manifest.entries -= second.entries;
    await writeFile(manifestFile, JSON.stringify(manifest));
    const forged = await verify(directory.path, '.', '--key', key);
    assert.deepEqual([forged.code, forged.proved], [1, false]);
  });

  it('has nothing personal in it when redacted, and no salts by which it could be guessed', async () => {
    await using directory = await temporary();
    await exportProved(server, token, directory.path, '--redact', 'personal');
    for (const name of await readdir(directory.path)) {
      const text = await readFile(join(directory.path, name), 'utf8');
      assert.doesNotMatch(text, /"Noor"|noor@example|192\.0\.2\.7/, name);
      assert.doesNotMatch(text, /"salts":"[^"]/, name);
    }
  });

  it('verifies when another program has written it again', async () => {
    await using directory = await temporary();
    await exportProved(server, token, directory.path, '--output', 'mine.json');
    const path = join(directory.path, 'mine.json');
    const events = JSON.parse(await readFile(path, 'utf8')) as object[];
    const turned = events.map((event) => Object.fromEntries(Object.entries(event).reverse()));
    await writeFile(path, JSON.stringify(turned, null, 2));
    await rm(join(directory.path, 'mine.manifest.json'));
    assert.deepEqual(await verify(directory.path, 'mine.json', '--key', key), {
      code: 0,
      proved: true,
      findings: [],
    });
  });

  it('verifies without its manifest when files and proof are given in their order', async () => {
    await using directory = await temporary();
    await exportProved(server, token, directory.path, '--daily', '--output', 'mine.json');
    await rm(join(directory.path, 'mine.manifest.json'));
    const names = (await readdir(directory.path)).toSorted();
    assert.equal((await verify(directory.path, ...names, '--key', key)).code, 0);
    const turned = await verify(directory.path, ...names.toReversed(), '--key', key);
    assert.equal(turned.code, 1);
    assert.ok(turned.findings.every(({ kind }) => kind === 'order'));
  });

  it('continues after an interruption, and proves all of it', async () => {
    await using directory = await temporary();
    const flags = [...window, '--proof', '--daily', '--api', server.url, '--token', token];
    // A file in the way of the last one stops the export when the others are done.
    const inTheWay = join(directory.path, 'audit-logs-2026-06-03.json');
    await mkdir(join(inTheWay, 'x'), { recursive: true });
    const stopped = await annals(directory.path, 'export', ...flags, '--overwrite');
    assert.notEqual(stopped.code, 0);
    await rm(inTheWay, { recursive: true });
    await record(server, token, 3, 'meanwhile');
    const resumed = await annals(directory.path, 'export', ...flags, '--resume');
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal((await verify(directory.path, '.', '--key', key)).code, 0);
  });

  it('is rejected where it is not possible', async () => {
    await using directory = await temporary();
    const connection = ['--api', server.url, '--token', token];
    for (const flags of [
      ['--output', '-'],
      ['--no-manifest'],
      ['--source', 'thalassa', '--access-token', 'x', '--organisation', 'y'],
    ]) {
      const all = ['export', ...window, '--proof', ...connection, ...flags];
      const { code, stderr } = await annals(directory.path, ...all);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /Cannot use --proof/);
    }
  });

  it('and one without a proof is checked against its manifest, and does not count as proved', async () => {
    await using directory = await temporary();
    const connection = ['--api', server.url, '--token', token];
    assert.equal((await annals(directory.path, 'export', ...window, ...connection)).code, 0);
    const verified = await verify(directory.path, '.');
    assert.equal(verified.code, 1);
    assert.deepEqual(
      verified.findings.map(({ kind }) => kind),
      ['unproved'],
    );
    const [name = ''] = (await readdir(directory.path)).filter(
      (each) => !each.includes('manifest'),
    );
    await writeFile(join(directory.path, name), '[]');
    const changed = await verify(directory.path, name);
    assert.deepEqual(
      changed.findings.map(({ kind }) => kind),
      ['unproved', 'file', 'manifest'],
    );
  });
});
