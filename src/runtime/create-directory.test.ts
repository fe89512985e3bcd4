import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createDirectory } from './create-directory.ts';

describe('creating a directory', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'annals-directory-'));
  });
  after(() => rm(directory, { recursive: true }));

  it('creates those above it too, for the owner alone, and is no error a second time', async () => {
    const path = join(directory, 'a', 'b', 'c');
    createDirectory(path);
    createDirectory(path);
    for (const created of [path, join(directory, 'a')]) {
      const { mode } = await stat(created);
      assert.equal(mode & 0o777, 0o700);
    }
  });

  it('is not possible when a file has its name, or the name of one above it', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    assert.throws(() => createDirectory(file), { code: 'EEXIST' });
    assert.throws(() => createDirectory(join(file, 'a')), { code: 'ENOTDIR' });
  });

  it('ends where nothing can be created, and says where that is', () => {
    assert.throws(() => createDirectory('/proc/annals/exports'), {
      code: 'ENOENT',
      message: 'Cannot create /proc/annals: nothing can be created in /proc',
    });
  });
});
