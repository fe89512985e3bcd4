/**
 * The same as `proved-crash.test.ts` with real processes, a real disk and SIGKILL: before each kind of step that an
 * export with a proof takes.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { createHttpSend } from '../../src/client/http-send.ts';
import { nodeDisk } from '../../src/export/disk.ts';
import { verify } from '../verify/run-command.fixture.ts';
import type { KilledExport } from './killed-export.fixture.ts';
import { draftsOf, exportProved } from './proved-export.fixture.ts';
import { openReadOnlyLog } from './read-only-log.fixture.ts';

const program = fileURLToPath(new URL('killed-export.fixture.ts', import.meta.url));

/** Resolves with the steps of the export, or undefined when it was killed; any other end is a failure. */
function runKilled(killed: KilledExport, modules: string): Promise<string[] | undefined> {
  // Dozens of processes load the same modules: they need not be read as TypeScript each time.
  const env = { NODE_COMPILE_CACHE: modules, ...process.env };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program, JSON.stringify(killed)],
      { env },
      (error, stdout, stderr) => {
        if (error === null) resolve(JSON.parse(stdout) as string[]);
        else if (error.signal === 'SIGKILL') resolve(undefined);
        else reject(new Error(stderr, { cause: error }));
      },
    );
  });
}

async function contents(directory: string): Promise<Map<string, string>> {
  const names = (await readdir(directory)).sort();
  const visible = names.filter((name) => !name.startsWith('.'));
  const texts = visible.map((name) => readFile(join(directory, name), 'latin1'));
  return new Map((await Promise.all(texts)).map((text, index) => [visible[index] ?? '', text]));
}

it('an export that is killed with -9 before any kind of step, and continued, is like an undisturbed one', async () => {
  const log = await openReadOnlyLog(draftsOf(30));
  const server = createAdaptorServer({ fetch: log.fetch, overrideGlobalObjects: false });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const root = await mkdtemp(join(tmpdir(), 'annals-killed-'));
  const modules = join(root, 'modules');
  const settings = (directory: string) => ({ api, directory, split: 'daily' }) as const;
  try {
    const calm = join(root, 'calm');
    const steps = await runKilled({ ...settings(calm), killBefore: 0 }, modules);
    assert.ok(steps !== undefined);
    const expected = await contents(calm);
    assert.equal(expected.size, 4);
    const proved = { code: 0, proved: true, findings: [] };
    assert.deepEqual(await verify(root, calm, '--key', log.key), proved);

    const kinds = steps.map((step) => step.replace(/\d+/g, 'n'));
    const waiting = [...new Set(kinds)].map((kind) => kinds.indexOf(kind) + 1);
    const worker = async () => {
      for (let killBefore = waiting.pop(); killBefore !== undefined; killBefore = waiting.pop()) {
        const where: string = `killed before ${steps[killBefore - 1]}`;
        const directory = join(root, String(killBefore));
        const ended = await runKilled({ ...settings(directory), killBefore }, modules);
        assert.equal(ended, undefined, where);
        for (const [name, text] of await contents(directory).catch(() => new Map())) {
          assert.equal(text, expected.get(name), `${name}, ${where}`);
        }
        await exportProved(settings(directory), createHttpSend(), nodeDisk);
        assert.deepEqual(await contents(directory), expected, where);
        assert.equal((await readdir(directory)).length, expected.size, where);
      }
    };
    assert.ok(waiting.length > 20, `${waiting.length} kinds of steps`);
    await Promise.all([worker(), worker()]);
  } finally {
    server.close();
    await rm(root, { recursive: true });
  }
});
