import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { AnnalsError } from '../core/errors.ts';
import { siblingModule } from '../runtime/thread.ts';
import { refuseUnfinishedRestore } from '../runtime/unfinished-restore.ts';
import { sampleOf, statesOf } from '../store/segmented/kept-states.fixture.ts';
import { BackupDirectory } from './backup-directory.ts';
import { restoreOptions } from './restore.fixture.ts';
import { restoreBackup } from './restore-backup.ts';
import { takeBackup } from './take-backup.ts';
import { backupOptions, openTrail, temporaryPlace } from './trail.fixture.ts';
import { verifyBackups } from './verify-backups.ts';

const program = siblingModule(import.meta.url, './kill-steps.fixture');

/** What is in a directory of backups; all of it must be whole. */
async function backupsIn(directory: string): Promise<string[]> {
  const backups = new BackupDirectory(directory);
  const { signal } = new AbortController();
  const verified = await Array.fromAsync(
    verifyBackups({ backups, archive: 'checkpoints.db', signal }),
  );
  for (const { name, problems } of verified) assert.deepEqual(problems, [], name);
  return verified.map(({ name }) => name);
}

async function inEachState(
  states: readonly string[],
  check: (state: string) => Promise<void>,
): Promise<void> {
  for (const state of states) {
    try {
      await check(state);
    } catch (error) {
      throw new Error(`State ${basename(state)}`, { cause: error });
    }
  }
}

describe('a backup that is killed at any step', () => {
  it('does not count and harms no other, and the next one leaves nothing of it', async () => {
    using place = temporaryPlace();
    const source = join(place.path, 'source');
    const trail = await openTrail(source);
    await trail.record('org-a', 130);
    await trail.checkpoint('org-a');
    await trail.seal();
    await trail.close();
    const states = statesOf(place.path, program, 'backups');
    assert.ok(states.length > 30, `${states.length} states`);
    let hadOne = false;
    await inEachState(sampleOf(states, 8), async (state) => {
      const directory = join(state, 'data');
      const before = existsSync(directory) ? await backupsIn(directory) : [];
      assert.ok(before.length > 0 || !hadOne, 'there is no backup any more');
      hadOne ||= before.length > 0;
      const { name } = await takeBackup(backupOptions(state, { data: source, directory, keep: 1 }));
      assert.deepEqual(await backupsIn(directory), [name]);
      const files = new BackupDirectory(directory).manifest(name).files;
      const needed = new Set([
        ...files.map(({ stored }) => stored),
        `${name}/manifest.json`,
        'lock',
      ]);
      const found = readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
      assert.deepEqual(found.toSorted(), [...needed].toSorted());
    });
    assert.ok(hadOne);
  });
});

describe('a restore that is killed at any step', () => {
  it('is no data directory, and the next one finishes it', async () => {
    using place = temporaryPlace();
    const source = join(place.path, 'data');
    const trail = await openTrail(source);
    await trail.record('org-a', 230);
    await trail.checkpoint('org-a');
    await trail.seal();
    await trail.close();
    await takeBackup(backupOptions(place.path));
    process.env.ANNALS_TEST_KILLED = 'restore';
    const states = statesOf(place.path, program, 'target');
    delete process.env.ANNALS_TEST_KILLED;
    assert.ok(states.length > 30, `${states.length} states`);
    await inEachState(sampleOf(states, 6), async (state) => {
      const data = join(state, 'data');
      if (existsSync(data) && readdirSync(data).length > 0 && !isWhole(data)) {
        assert.throws(() => refuseUnfinishedRestore(data), { code: 'corrupt' });
        await restoreBackup(restoreOptions(place.path, { data }));
      }
      if (!existsSync(data) || readdirSync(data).length === 0) return;
      refuseUnfinishedRestore(data);
      const names = readdirSync(data, { recursive: true }).map(String);
      assert.deepEqual(
        names.filter((name) => /part|wal|shm|journal|unfinished/.test(name)),
        [],
      );
      // The copies of states have another mode.
      chmodSync(join(data, 'signing-key.pem'), 0o600);
      const restored = await openTrail(data);
      assert.deepEqual(restored.store.findings, []);
      assert.equal((await restored.store.head('org-a')).size, 230);
      await restored.close();
    });
  });
});

/** Whether the step before was the last one. */
function isWhole(data: string): boolean {
  try {
    refuseUnfinishedRestore(data);
    return readFileSync(join(data, 'store.db')).length > 0;
  } catch (error) {
    if (error instanceof AnnalsError) return false;
    throw error;
  }
}
