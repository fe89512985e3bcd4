import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ensureIdentity, readDatabase, readIdentity } from './database-identity.ts';

describe('the identity of a database', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'annals-identity-'));
    path = join(directory, 'a.db');
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const open = (...pragmas: string[]) => {
    const database = new DatabaseSync(path);
    for (const pragma of pragmas) database.exec(`PRAGMA ${pragma}`);
    return database;
  };

  it('is given once, and is that of every copy', () => {
    using database = open();
    const identity = ensureIdentity(database);
    assert.equal(identity.length, 16);
    assert.deepEqual(ensureIdentity(database), identity);
    copyFileSync(path, join(directory, 'copy.db'));
    assert.deepEqual(readIdentity(join(directory, 'copy.db')), identity);
    using other = new DatabaseSync(join(directory, 'other.db'));
    assert.notDeepEqual(ensureIdentity(other), identity);
  });

  it('is read while the database is open, even exclusively, and no file is created for that', () => {
    for (const mode of ['EXCLUSIVE', 'NORMAL']) {
      using database = open(`locking_mode = ${mode}`, 'journal_mode = WAL');
      const identity = ensureIdentity(database);
      database.exec(`CREATE TABLE ${mode} (a); INSERT INTO ${mode} VALUES (1)`);
      const files = readdirSync(directory);
      assert.deepEqual(readIdentity(path), identity);
      assert.deepEqual(readdirSync(directory), files);
      database.exec(`INSERT INTO ${mode} VALUES (2)`);
    }
    assert.deepEqual(readdirSync(directory), ['a.db']);
    readIdentity(path);
    assert.deepEqual(readdirSync(directory), ['a.db']);
  });

  it('is not there in what never got one, and in what is no database', () => {
    open('journal_mode = WAL').close();
    assert.equal(readIdentity(path), undefined);
    writeFileSync(
      join(directory, 'text.db'),
      'This is no database, and long enough to be taken for one.',
    );
    assert.equal(readIdentity(join(directory, 'text.db')), undefined);
    assert.throws(() => readIdentity(join(directory, 'none.db')), { code: 'ENOENT' });
  });

  it('does not stand in the way of what is written meanwhile', () => {
    using database = open('journal_mode = WAL');
    database.exec('CREATE TABLE t (n)');
    const count = () =>
      readDatabase(path, (found) => {
        const { n } = found.prepare('SELECT count(*) AS n FROM t').get() as { n: number };
        database.exec('INSERT INTO t VALUES (1)');
        return n;
      });
    assert.deepEqual([count(), count(), count()], [0, 1, 2]);
    database.close();
    const files = readdirSync(directory);
    assert.equal(
      readDatabase(path, (found) => found.prepare('SELECT count(*) AS n FROM t').get()?.n),
      3,
    );
    assert.deepEqual(readdirSync(directory), files);
  });
});
