import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { operatorKey, ServerProcess } from '../server-process.fixture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** What the page asks the reader to type, block by block. */
async function blocksOf(page: string): Promise<string[]> {
  const text = await readFile(join(root, page), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
}

it('gets a reader who types what "Your first export" says to PROVED', async () => {
  const [serve, ...blocks] = await blocksOf('docs/start/first-export.md');
  assert.equal(serve, 'npx annals serve\n');
  const directory = await mkdtemp(join(tmpdir(), 'annals-first-export-'));
  const server = await ServerProcess.on(join(directory, 'annals-data'));
  try {
    // This server was given its operator's key; another first start writes it there.
    await writeFile(join(server.data, 'operator-key'), `${operatorKey}\n`, { mode: 0o600 });
    // As in a clone, where npx finds the command without a registry.
    await writeFile(
      join(directory, 'npx'),
      `#!/bin/sh\nshift\nexec '${process.execPath}' '${root}bin/annals.js' "$@"\n`,
      { mode: 0o755 },
    );
    const typed = ['set -eu', ...blocks].join('\n').replaceAll('http://127.0.0.1:8420', server.url);
    const env = {
      HOME: directory,
      PATH: [directory, process.env.PATH].join(delimiter),
      ANNALS_API: server.url,
    };
    const { stdout } = await run('bash', ['-c', typed], { cwd: directory, env });
    assert.match(stdout, /usr-noor .*kms\.decrypt/);
    assert.match(stdout, /\n {2}PROVED\n$/);

    // "Now change a letter in the file."
    const trail = join(directory, 'trail');
    const names = await readdir(trail);
    const file = join(trail, names.find((name) => /Z\.json$/.test(name)) ?? '');
    await writeFile(file, (await readFile(file, 'utf8')).replace('kms.decrypt', 'kms.decrypu'));
    const again = run('npx', ['annals', 'verify', 'trail/', '--key', 'log.key'], {
      cwd: directory,
      env,
    });
    await assert.rejects(again, ({ code, stdout: report }) => {
      assert.equal(code, 1);
      assert.match(report, /^ {2}changed: .*sequence 3\)[\s\S]*^ {2}NOT PROVED$/m);
      return true;
    });
  } finally {
    await server.end('SIGTERM');
    await rm(directory, { recursive: true, force: true });
  }
});
