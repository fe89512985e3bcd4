import { DatabaseSync } from 'node:sqlite';
import { AnnalsError, messageOf } from '../../core/errors.ts';
import type { Random } from '../../core/uuid.ts';
import { readDatabase, readIdentity } from '../../runtime/database-identity.ts';
import { lockFile } from '../../runtime/lock-file.ts';
import type { CatalogueFile, LiveFile } from './catalogue.ts';
import type { DataDirectory } from './data-directory.ts';
import type { IdSeed } from './ids/id-hash.ts';
import { catalogueSchema, readFiles, readLiveFiles, SqliteCatalogue } from './sqlite-catalogue.ts';
import { upgradeFormat1 } from './upgrade-format-1.ts';

/** The format of a data directory that this program writes. It upgrades format 1, which Annals 0.1 writes. */
const format = 2;
/** Kept in the directory, for older programs that find it. */
const readableBy = 'Annals 0.2.0 or later';

const schema = `
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT;
`;

/**
 * - `catalogue`: which files of the store count (see `Catalogue`)
 * - `databases`: the other databases of the data directory, each with the identity that stands in it
 */
const catalogueTables = `
  ${catalogueSchema}
  CREATE TABLE databases (
    file TEXT PRIMARY KEY,
    contents TEXT NOT NULL,
    identity BLOB NOT NULL
  ) STRICT;
`;

/** A database beside the store that belongs to the same data directory. */
export interface OtherDatabase {
  /** Its path below the data directory. */
  readonly file: string;
  /** What is lost without it, in a few words. */
  readonly contents: string;
}

export interface KnownDatabase extends OtherDatabase {
  readonly identity: Uint8Array;
}

/** What stands in `store.db`, as a program reads it that does not hold the store. */
export interface StoreContents {
  readonly live: readonly LiveFile[];
  /** Staged and obsolete. */
  readonly others: readonly CatalogueFile[];
  readonly databases: readonly KnownDatabase[];
  /** As in `StoreFile`; undefined until a server that knows of it has opened the directory. */
  readonly installation: Uint8Array | undefined;
}

/**
 * `store.db`: what concerns the store as a whole, and its catalogue. Others may read it at any time. That two servers
 * never write to one directory is ensured by a lock on `store.lock`. It is SQLite's, which the operating system drops
 * when the process dies, however it dies.
 */
export class StoreFile {
  readonly idSeed: IdSeed;
  /** The id of the data directory, 16 random bytes, which its databases carry. */
  readonly installation: Uint8Array;
  /** What `moveStoreFile` has left, until it is forgotten. */
  readonly restoration: string | undefined;
  readonly catalogue: SqliteCatalogue;
  readonly #lock: { close(): void };
  readonly #db: DatabaseSync;

  /**
   * Upgrades a directory of an earlier format, all or nothing. Throws `corrupt` when there is no store, but some of
   * these other databases, which had one.
   */
  constructor(directory: DataDirectory, random: Random, others: readonly OtherDatabase[]) {
    using opened = new DisposableStack();
    try {
      this.#lock = opened.adopt(lockFile(directory.lockPath), (it) => it.close());
      this.#db = opened.adopt(new DatabaseSync(directory.storePath, { timeout: 1_000 }), (it) =>
        it.close(),
      );
      this.#db.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
      this.#db.exec(schema);
      this.#bringUpToDate(directory, random, others);
      this.#db.exec('COMMIT');
      // With it others can read while the store is open, and a commit is one sync.
      this.#db.exec('PRAGMA journal_mode = WAL');
    } catch (cause) {
      if (cause instanceof AnnalsError) throw cause;
      const isBusy = (cause as { errcode?: number }).errcode === busy;
      const reason = isBusy ? 'another server is using this data directory' : messageOf(cause);
      throw new AnnalsError('unavailable', `Cannot open ${directory.path}: ${reason}`, { cause });
    }
    const seed = this.#fact('id_seed') as Uint8Array;
    const words = new DataView(seed.buffer, seed.byteOffset, 8);
    this.idSeed = { high: words.getUint32(0), low: words.getUint32(4) };
    this.installation = this.#fact('installation') as Uint8Array;
    this.restoration = this.#fact('restoration') as string | undefined;
    this.catalogue = new SqliteCatalogue(this.#db);
    opened.move();
  }

  /** The databases that were registered. */
  databases(): readonly KnownDatabase[] {
    return readDatabases(this.#db);
  }

  /** Notes which database has this name from now on. */
  register({ file, contents, identity }: KnownDatabase): void {
    const sql = 'INSERT OR REPLACE INTO databases VALUES (?, ?, ?)';
    this.#db.prepare(sql).run(file, contents, identity);
  }

  /** Forgets a database; the next one of that name may be any. */
  unregister(file: string): void {
    this.#db.prepare('DELETE FROM databases WHERE file = ?').run(file);
  }

  forgetRestoration(): void {
    this.#db.prepare("DELETE FROM facts WHERE name = 'restoration'").run();
  }

  /** Lets the next one in. */
  close(): void {
    try {
      this.catalogue.flush();
    } finally {
      this.#db.close();
      this.#lock.close();
    }
  }

  #bringUpToDate(directory: DataDirectory, random: Random, others: readonly OtherDatabase[]): void {
    const found = this.#fact('format');
    if (found === format) {
      this.#ensureInstallation(random);
      return;
    }
    if (found === undefined) {
      refuseWithoutCatalogue(directory, others);
      this.#db.exec(catalogueTables);
      this.#setFact('id_seed', randomBytes(random, 8));
    } else if (found === 1) {
      this.#db.exec(catalogueTables);
      upgradeFormat1(directory, this.#db);
    } else {
      throw unreadableFormat(directory, found, this.#fact('readable_by'));
    }
    this.#setFact('format', format);
    this.#setFact('readable_by', readableBy);
    this.#ensureInstallation(random);
  }

  #ensureInstallation(random: Random): void {
    if (this.#fact('installation') !== undefined) return;
    this.#setFact('installation', randomBytes(random, 16));
  }

  #fact(name: string): unknown {
    return readFact(this.#db, name);
  }

  #setFact(name: string, value: string | number | Uint8Array): void {
    this.#db.prepare('INSERT OR REPLACE INTO facts VALUES (?, ?)').run(name, value);
  }
}

/**
 * Makes a copy of `store.db` that of another data directory, and leaves a text for the first who opens it. Nobody has it
 * open. What is in the file is on disk when it returns.
 */
export function moveStoreFile(path: string, installation: Uint8Array, restoration: string): void {
  const db = new DatabaseSync(path);
  try {
    db.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
    const put = db.prepare('INSERT OR REPLACE INTO facts VALUES (?, ?)');
    put.run('installation', installation);
    put.run('restoration', restoration);
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}

/** Reads `store.db`, whether or not a server has it open. Throws `unavailable` for another format. */
export function readStoreFile(directory: DataDirectory): StoreContents {
  return readDatabase(directory.storePath, (db) => {
    // All reads see the same commit.
    db.exec('BEGIN');
    return readStoreContents(directory, db);
  });
}

/** The same in a transaction that has begun. */
export function readStoreContents(directory: DataDirectory, db: DatabaseSync): StoreContents {
  const found = readFact(db, 'format');
  if (found === 1) throw notUpgraded(directory);
  if (found !== format) throw unreadableFormat(directory, found, readFact(db, 'readable_by'));
  return {
    live: readLiveFiles(db),
    others: [...readFiles(db, 'staged'), ...readFiles(db, 'obsolete')],
    databases: readDatabases(db),
    installation: readFact(db, 'installation') as Uint8Array | undefined,
  };
}

/**
 * A store that has files and no catalogue has lost it: to begin another one would be to begin with nothing, and with
 * another seed for ids. The same holds when only the other databases are left. The first start creates `store.db` before
 * all of them.
 */
function refuseWithoutCatalogue(directory: DataDirectory, others: readonly OtherDatabase[]): void {
  const files = directory.files();
  if (files.length > 0) {
    throw new AnnalsError(
      'corrupt',
      `Cannot open ${directory.path}: store.db is missing or empty, but there are ${files.length} files ` +
        `of a store, such as ${files[0]}. Restore store.db from the same backup as these files, or move them away`,
    );
  }
  const left = others.filter(({ file }) => hasIdentity(directory.pathOf(file)));
  if (left.length === 0) return;
  const names = left.map(({ file }) => file).join(' and ');
  throw new AnnalsError(
    'corrupt',
    `Cannot open ${directory.path}: store.db and the segments are missing, but there is ${names}. ` +
      `Restore store.db and segments from the same backup, or move ${names} away to begin with nothing`,
  );
}

function hasIdentity(path: string): boolean {
  try {
    return readIdentity(path) !== undefined;
  } catch {
    // It is missing; or it cannot be read, and the code that opens it says so.
    return false;
  }
}

function notUpgraded({ path }: DataDirectory): AnnalsError {
  return new AnnalsError(
    'unavailable',
    `Cannot read ${path}: it has format 1, which Annals 0.1 writes and which has no catalogue. ` +
      'Start a server of this version with it once, which upgrades it, or use the command of Annals 0.1',
  );
}

function unreadableFormat({ path }: DataDirectory, found: unknown, by: unknown): AnnalsError {
  const program = typeof by === 'string' ? by : 'another version of Annals';
  return new AnnalsError(
    'unavailable',
    `Cannot open ${path}: it has format ${found}, which ${program} reads; this version reads format ${format} and ` +
      'upgrades format 1. Use that version. To come back to this one, export the logs with that version and import ' +
      'them into an empty data directory',
  );
}

function readFact(db: DatabaseSync, name: string): unknown {
  return db.prepare('SELECT value FROM facts WHERE name = ?').get(name)?.value;
}

function readDatabases(db: DatabaseSync): KnownDatabase[] {
  const rows = db.prepare('SELECT file, contents, identity FROM databases ORDER BY file').all();
  return rows.map((row) => ({
    file: String(row.file),
    contents: String(row.contents),
    identity: row.identity as Uint8Array,
  }));
}

const busy = 5;

function randomBytes(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  random(bytes);
  return bytes;
}
