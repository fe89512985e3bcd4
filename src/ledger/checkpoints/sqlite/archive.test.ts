import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { describeCheckpointArchive } from '../archive.contract.ts';
import { openSqliteArchive } from './archive.ts';

let directory: string;
let files = 0;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'annals-archive-'));
});
after(() => rm(directory, { recursive: true }));

const newFile = () => {
  files += 1;
  return join(directory, `${files}.db`);
};

describeCheckpointArchive('SQLite', () => openSqliteArchive(newFile()));

describe('a file of checkpoints', () => {
  const checkpoint = { organisation: 'a', size: 5, root: new Uint8Array(32), message: 'five\n' };

  it('has its checkpoints after it is opened again', async () => {
    const file = newFile();
    const first = await openSqliteArchive(file);
    void first.add(checkpoint);
    await first.close();
    const second = await openSqliteArchive(file);
    assert.deepEqual(await second.newest(), [checkpoint]);
    await second.close();
  });

  it('rejects changes and removals by anyone who opens it', async () => {
    const file = newFile();
    const archive = await openSqliteArchive(file);
    await archive.add(checkpoint);
    await archive.close();
    const database = new DatabaseSync(file);
    assert.throws(() => database.exec("UPDATE checkpoints SET message = ''"), /never change/);
    assert.throws(() => database.exec('DELETE FROM checkpoints'), /never deleted/);
    database.close();
  });
});
