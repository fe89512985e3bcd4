import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import type { AnnalsError } from '../../../core/errors.ts';
import { readDatabase } from '../../../runtime/database-identity.ts';
import { describeCheckpointArchive } from '../archive.contract.ts';
import { type OpenArchiveOptions, openSqliteArchive } from './archive.ts';

let directory: string;
let files = 0;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'annals-archive-'));
});
after(() => rm(directory, { recursive: true }));

const open = (file: string, options: Partial<OpenArchiveOptions> = {}) =>
  openSqliteArchive({
    file,
    copy: join(dirname(file), `newest-${basename(file)}`),
    installation: new Uint8Array(16),
    ...options,
  });
const newFile = () => {
  files += 1;
  return join(directory, `${files}.db`);
};

describeCheckpointArchive('SQLite', () => open(newFile()));

describe('a file of checkpoints', () => {
  const checkpoint = { organisation: 'a', size: 5, root: new Uint8Array(32), message: 'five\n' };

  it('has its checkpoints after it is opened again', async () => {
    const file = newFile();
    const first = await open(file);
    void first.add(checkpoint);
    await first.close();
    const second = await open(file);
    assert.deepEqual(await second.newest('a'), checkpoint);
    await second.close();
  });

  it('is read by others while it is open, and is alone once it is closed', async () => {
    const file = newFile();
    const own = async () =>
      (await readdir(directory)).filter((name) => name.startsWith(`${basename(file)}`)).toSorted();
    const archive = await open(file);
    await archive.add(checkpoint);
    const read = readDatabase(file, (it) => it.prepare('SELECT size FROM checkpoints').all());
    assert.deepEqual(
      read.map(({ size }) => size),
      [checkpoint.size],
    );
    await archive.close();
    assert.deepEqual(await own(), [basename(file)]);
  });

  it('has nothing of what came with a checkpoint that cannot be kept, and goes on', async () => {
    const archive = await open(newFile());
    const broken = { ...checkpoint, size: 6.5 };
    const outcomes = await Promise.allSettled([archive.add(checkpoint), archive.add(broken)]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(await archive.find('a', 5), undefined);
    await archive.add(checkpoint);
    assert.deepEqual(await archive.newest('a'), checkpoint);
    await archive.close();
  });

  it('that cannot be opened is named, with the reason', async () => {
    const text = newFile();
    await writeFile(text, 'no database, but a text of some length'.repeat(20));
    for (const [file, reason] of [
      [join(directory, 'missing', 'file.db'), /unable to open/],
      [text, /not a database/],
    ] as const) {
      await assert.rejects(open(file), (error: AnnalsError) => {
        assert.equal(error.code, 'unavailable');
        assert.ok(error.message.startsWith(`Cannot open ${file}: `), error.message);
        assert.match(error.message, reason);
        assert.ok(error.cause instanceof Error);
        return true;
      });
    }
  });

  it('rejects changes and removals by anyone who opens it', async () => {
    const file = newFile();
    const archive = await open(file);
    await archive.add(checkpoint);
    await archive.close();
    const database = new DatabaseSync(file);
    assert.throws(() => database.exec("UPDATE checkpoints SET message = ''"), /never change/);
    assert.throws(() => database.exec('DELETE FROM checkpoints'), /never deleted/);
    database.close();
  });
});
