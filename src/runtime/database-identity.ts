import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

const identityBytes = 16;

/**
 * Gives a database an identity, 16 random bytes, unless it has one. Copies and backups of the file have the same one, so
 * it tells a file that was put back from another file with the same name. Call it outside of transactions.
 */
export function ensureIdentity(database: DatabaseSync): Uint8Array {
  const found = identityIn(database);
  if (found !== undefined) return found;
  const identity = new Uint8Array(randomBytes(identityBytes));
  database.exec('BEGIN IMMEDIATE');
  try {
    putIdentity(database, identity);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
  // From now on it is in the file itself, where `readIdentity` finds it without a lock.
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  return identity;
}

/**
 * Makes a database a part of an installation: of the one data directory with that id. It leaves the one that it was part
 * of before, if any. Call it outside of transactions.
 */
export function joinInstallation(database: DatabaseSync, installation: Uint8Array): void {
  const found = installationIn(database);
  if (found !== undefined && Buffer.compare(found, installation) === 0) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec('CREATE TABLE IF NOT EXISTS installation (id BLOB NOT NULL) STRICT');
    database.exec('DELETE FROM installation');
    database.prepare('INSERT INTO installation VALUES (?)').run(installation);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
  // As above: others read it from the file itself.
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** Writes the identity of a database that has none, in the transaction under way. */
export function putIdentity(database: DatabaseSync, identity: Uint8Array): void {
  database.exec('CREATE TABLE identity (id BLOB NOT NULL) STRICT');
  database.prepare('INSERT INTO identity VALUES (?)').run(identity);
}

/**
 * The identity of a database that this or another process may have open, even exclusively; undefined when the file has
 * none. It changes nothing. Throws what Node and SQLite throw when the file is missing or cannot be read.
 */
export function readIdentity(path: string): Uint8Array | undefined {
  return readFixed(path, identityIn);
}

/** The installation that a database is part of; like `readIdentity` in everything else. */
export function readInstallation(path: string): Uint8Array | undefined {
  return readFixed(path, installationIn);
}

/** Reads what does not change while a server runs. So it needs no lock, and nothing from the write-ahead log. */
function readFixed(
  path: string,
  read: (database: DatabaseSync) => Uint8Array | undefined,
): Uint8Array | undefined {
  statSync(path);
  const found = unlessDamaged(() => readUnlocked(path, read));
  if (found !== undefined || !hasLog(path)) return found;
  return unlessDamaged(() => readShared(path, read));
}

/**
 * Reads a database that changes, as the last commit left it. When nobody has it open, no file is created beside it.
 * Throws `SQLITE_BUSY` when another process has it open exclusively.
 */
export function readDatabase<T>(path: string, read: (database: DatabaseSync) => T): T {
  for (;;) {
    if (hasLog(path)) return readShared(path, read);
    const result = readUnlocked(path, read);
    // Somebody who opened it meanwhile may have changed it under our hands.
    if (!hasLog(path)) return result;
  }
}

function hasLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function readShared<T>(path: string, read: (database: DatabaseSync) => T): T {
  return using(new DatabaseSync(path, { readOnly: true, timeout: 1_000 }), read);
}

function readUnlocked<T>(path: string, read: (database: DatabaseSync) => T): T {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return using(new DatabaseSync(url, { readOnly: true }), read);
}

function using<T>(database: DatabaseSync, read: (database: DatabaseSync) => T): T {
  try {
    return read(database);
  } finally {
    database.close();
  }
}

const identityIn = (database: DatabaseSync) => idIn(database, 'identity');
const installationIn = (database: DatabaseSync) => idIn(database, 'installation');

function idIn(database: DatabaseSync, table: 'identity' | 'installation'): Uint8Array | undefined {
  const exists = database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table);
  if (exists === undefined) return undefined;
  const row = database.prepare(`SELECT id FROM ${table}`).get() as { id: Uint8Array } | undefined;
  return row?.id;
}

/** Undefined for a file that is no database, or that another process changes meanwhile. */
function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { errcode = 0 } = error as { errcode?: number };
    if (damaged.has(errcode)) return undefined;
    throw error;
  }
}

/** `SQLITE_CORRUPT` and `SQLITE_NOTADB`. */
const damaged = new Set([11, 26]);
