/** The same as `crash.test.ts` with real processes, a real disk and SIGKILL: before every step of a small export. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseInstant } from '../../src/core/micros.ts';
import { nodeDisk } from '../../src/export/disk.ts';
import type { Limits } from '../../src/export/limits.ts';
import { randomHistory } from '../vendors/history.ts';
import { startVendor } from '../vendors/vendor.ts';
import type { KilledExport } from './killed-export.ts';
import { runExport } from './run.ts';

const program = fileURLToPath(new URL('killed-export.ts', import.meta.url));
const bounds = { from: '2026-06-01T00:00:00Z', to: '2026-06-02T00:00:00Z' };
const window = {
  from: parseInstant(bounds.from) as number,
  to: parseInstant(bounds.to) as number,
};
const limits: Limits = {
  blockLength: 3_000,
  checkpointBlocks: 2,
  checkpointMicros: 1e12,
  runLength: 4_000,
  runMicros: 1e12,
  openRuns: 64,
};

/** Resolves with whether the program was killed; anything else than that or success is a failure. */
function runKilled(killed: KilledExport, modules: string): Promise<boolean> {
  // Dozens of processes load the same modules: they need not be read as TypeScript each time.
  const env = { ...process.env, NODE_COMPILE_CACHE: modules };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program, JSON.stringify(killed)],
      { env },
      (error, _stdout, stderr) => {
        if (error === null) resolve(false);
        else if (error.signal === 'SIGKILL') resolve(true);
        else reject(new Error(stderr, { cause: error }));
      },
    );
  });
}

async function contents(directory: string): Promise<Map<string, string>> {
  const names = (await readdir(directory)).sort();
  const visible = names.filter((name) => !name.startsWith('.'));
  const texts = visible.map((name) => readFile(join(directory, name), 'utf8'));
  return new Map((await Promise.all(texts)).map((text, place) => [visible[place] ?? '', text]));
}

it('an export killed with -9 before any step and continued is as if undisturbed', async () => {
  const history = randomHistory('upcloud', 1, { ...bounds, count: 12 });
  await using vendor = await startVendor('upcloud', { history });
  const { kind, url, credentials } = vendor;
  const root = await mkdtemp(join(tmpdir(), 'annals-killed-'));
  const modules = join(root, 'modules');
  const killedAt = (step: number, directory: string): KilledExport => ({
    vendor: { kind, url, credentials },
    options: { window, split: 'daily', directory, limits },
    killBefore: step,
  });
  try {
    const calm = join(root, 'calm');
    assert.equal(await runKilled(killedAt(0, calm), modules), false);
    const expected = await contents(calm);
    assert.equal(expected.size, 2);

    let next = 1;
    let finished = false;
    const worker = async () => {
      while (!finished) {
        const step = next++;
        const directory = join(root, String(step));
        if (!(await runKilled(killedAt(step, directory), modules))) finished = true;
        for (const [name, text] of await contents(directory).catch(() => new Map())) {
          assert.equal(text, expected.get(name), `${name} after step ${step}`);
        }
        if (finished) return;
        await runExport(vendor, {
          ...killedAt(0, directory).options,
          disk: nodeDisk,
          resume: true,
        });
        assert.deepEqual(await contents(directory), expected, `killed before step ${step}`);
        assert.equal((await readdir(directory)).length, expected.size);
      }
    };
    await Promise.all([worker(), worker()]);
    assert.ok(next > 20, `${next} steps were tried`);
  } finally {
    await rm(root, { recursive: true });
  }
});
