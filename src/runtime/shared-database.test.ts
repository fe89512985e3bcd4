import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { DatabaseSnapshot } from './database-snapshot.ts';
import { lockFile } from './lock-file.ts';
import { openSharedDatabase } from './shared-database.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'annals-shared-'));
  path = join(directory, 'a.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

const valuesIn = (database: DatabaseSync) =>
  database
    .prepare('SELECT value FROM t ORDER BY value')
    .all()
    .map(({ value }) => value);

function copied(copy: string): unknown[] {
  const database = new DatabaseSync(copy);
  try {
    return valuesIn(database);
  } finally {
    database.close();
  }
}

describe('a snapshot of a database', () => {
  it('stays what it was while others commit, and when they delete the database', async () => {
    const writer = openSharedDatabase(path);
    writer.exec('CREATE TABLE t (value)');
    writer.exec('INSERT INTO t VALUES (1)');
    using snapshot = DatabaseSnapshot.open(path);
    writer.exec('INSERT INTO t VALUES (2)');
    for (const name of readdirSync(directory)) rmSync(join(directory, name));
    const copy = join(directory, 'copy.db');
    await snapshot.copyTo(copy);
    assert.deepEqual(copied(copy), [1]);
    assert.equal(statSync(copy).mode & 0o777, 0o600);
    writer.close();
  });

  it('leaves nothing beside a database that nobody else has open, and changes nothing', async () => {
    const writer = openSharedDatabase(path);
    writer.exec('CREATE TABLE t (value); INSERT INTO t VALUES (1)');
    writer.close();
    const { mtimeNs } = statSync(path, { bigint: true });
    const snapshot = DatabaseSnapshot.open(path);
    assert.throws(() => snapshot.database.exec('INSERT INTO t VALUES (2)'), /readonly/);
    snapshot.close();
    assert.deepEqual(readdirSync(directory), ['a.db']);
    assert.equal(statSync(path, { bigint: true }).mtimeNs, mtimeNs);
  });

  it('of no file creates none', () => {
    assert.throws(() => DatabaseSnapshot.open(path), { errcode: 14 });
    assert.deepEqual(readdirSync(directory), []);
  });
});

/** Fills a disk once a database is on it, then opens that again. */
const onFullDisk = (module: string) => `
  import { appendFileSync } from 'node:fs';
  import { openSharedDatabase } from '${module}';
  const [, disk] = process.argv;
  let database = openSharedDatabase(disk + '/a.db');
  database.exec('CREATE TABLE t (value); INSERT INTO t VALUES (1)');
  database.close();
  try {
    for (;;) appendFileSync(disk + '/full', Buffer.alloc(4096));
  } catch {}
  database = openSharedDatabase(disk + '/a.db');
  const found = database.prepare('SELECT value FROM t').all();
  let refusal;
  try {
    database.exec('INSERT INTO t VALUES (2)');
  } catch (error) {
    refusal = error.errcode;
  }
  console.log(JSON.stringify({ found, refusal }));
`;

function runOnSmallDisk(code: string) {
  const mount =
    'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$1" --input-type=module -e "$2" "$0"';
  const args = ['--map-root-user', '--mount', 'sh', '-c', mount, directory, process.execPath, code];
  return spawnSync('unshare', args, { encoding: 'utf8' });
}

describe('a database that others may read', () => {
  it('is opened and read on a full disk, which refuses what is written', (context) => {
    if (runOnSmallDisk('').status !== 0) {
      context.skip('this system lets no program mount a small disk');
      return;
    }
    const run = runOnSmallDisk(onFullDisk(new URL('./shared-database.ts', import.meta.url).href));
    assert.equal(run.status, 0, run.stderr);
    assert.deepEqual(JSON.parse(run.stdout), { found: [{ value: 1 }], refusal: 13 });
  });
});

describe('a lock on a file', () => {
  it('is for one at a time', () => {
    const lock = lockFile(path);
    assert.throws(() => lockFile(path), { errcode: 5 });
    lock.close();
    lockFile(path).close();
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });
});
