import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { siblingModule } from '../../runtime/thread.ts';

/** Runs a command with a small disk of its own, in a namespace where mounting is allowed; `$0` is the disk. */
function onSmallDisk(megabytes: number, command: string, ...args: string[]) {
  const disk = mkdtempSync(join(tmpdir(), 'annals-disk-'));
  try {
    const script = `mount -t tmpfs -o size=${megabytes}m tmpfs "$0" && ${command}`;
    const options = ['--map-root-user', '--mount', 'sh', '-c', script, disk, ...args];
    return spawnSync('unshare', options, { encoding: 'utf8' });
  } finally {
    rmSync(disk, { recursive: true });
  }
}

const skip =
  onSmallDisk(1, 'true').status === 0 ? false : 'this system lets no program mount a small disk';

describe('a disk that is full', { skip }, () => {
  const program = siblingModule(import.meta.url, './disk-full.fixture').pathname;
  const fill = (occupied: number) => {
    const run = onSmallDisk(24, '"$1" "$2" "$0" "$3"', process.execPath, program, `${occupied}`);
    assert.equal(run.status, 0, run.stderr);
    return JSON.parse(run.stdout) as Record<string, number & string>;
  };

  it('is said to be full by an append, which adds nothing; with room again everything goes on', () => {
    const seen = fill(23 * 1024 * 1024);
    assert.match(seen.refusal!, /disk is full/);
    assert.equal(seen.counted, seen.acknowledged);
    assert.equal(seen.head, seen.acknowledged);
    assert.equal(seen.countedAfter, seen.acknowledged! + 1_000);
    assert.equal(seen.reopened, seen.acknowledged! + 1_000);
    assert.deepEqual(seen.problems, []);
  });

  it('stops sealing, which is taken up again when there is room', () => {
    const seen = fill(20 * 1024 * 1024);
    assert.match(seen.refusal!, /disk is full|cannot be sealed/);
    assert.equal(seen.counted, seen.acknowledged);
    assert.equal(seen.countedAfter, seen.acknowledged! + 1_000);
    assert.equal(seen.reopened, seen.acknowledged! + 1_000);
    assert.deepEqual(seen.problems, []);
  });
});
