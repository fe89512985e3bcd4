import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../bin/annals.js', import.meta.url));

it('a server goes on when nobody reads what it prints any more', async () => {
  const data = await mkdtemp(join(tmpdir(), 'annals-test-'));
  const child = spawn(process.execPath, [program, 'serve', '--data', data, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8');
  while (!printed.includes('\n')) printed += (await once(child.stdout, 'data'))[0];
  const [url] = /http:\/\/\S+/.exec(printed)!;
  child.stdout.destroy();
  child.stderr.destroy();
  // Each of these is a line of the log.
  for (let number = 0; number < 3; number += 1) {
    const headers = { Authorization: `Bearer annals_Stranger${number}_${'x'.repeat(43)}` };
    assert.equal((await fetch(`${url}/v1/audit`, { headers })).status, 401);
  }
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  await rm(data, { recursive: true });
});
