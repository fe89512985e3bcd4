import assert from 'node:assert/strict';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { nodeDisk } from './disk.ts';
import { openWorkDirectory, workDirectoryPath } from './work-directory.ts';

const plan = { kind: 'plan', question: 'q', startedAt: 0, window: { from: 0, to: 1 } } as const;

describe('the work directory of an export', () => {
  let output: string;
  before(async () => {
    output = await mkdtemp(join(tmpdir(), 'annals-work-'));
  });
  after(() => rm(output, { recursive: true }));

  it('is never a link: where it leads nothing is read, written or removed', async () => {
    const home = join(output, 'home');
    await mkdir(home, 0o700);
    await writeFile(join(home, 'thesis.txt'), 'work of years');
    const path = workDirectoryPath(output, 'link');
    await symlink(home, path);
    for (const resume of [false, true]) {
      await assert.rejects(openWorkDirectory(nodeDisk, path, plan, resume), {
        code: 'conflict',
        message: /it is a symbolic link, so it is not used and nothing in it is touched/,
      });
    }
    assert.deepEqual(await readdir(home), ['thesis.txt']);
  });

  it('is for its owner alone, and not used where others could have put something into it', async () => {
    const path = workDirectoryPath(output, 'open');
    await mkdir(path);
    await chmod(path, 0o777);
    await assert.rejects(openWorkDirectory(nodeDisk, path, plan, false), /others may write in it/);
    await chmod(path, 0o755);
    const work = await openWorkDirectory(nodeDisk, path, plan, false);
    assert.equal((await stat(path)).mode & 0o777, 0o700);
    await work.remove();
  });

  it('has files that are no links either', async () => {
    const path = workDirectoryPath(output, 'inside');
    const victim = join(output, 'victim');
    await writeFile(victim, 'kept');
    await mkdir(path, 0o700);
    await symlink(victim, join(path, 'part'));
    await assert.rejects(nodeDisk.append(join(path, 'part'), 0), { code: 'ELOOP' });
    assert.equal(await readFile(victim, 'utf8'), 'kept');
  });
});
