import { DatabaseSync } from 'node:sqlite';
import { AnnalsError, messageOf } from '../../core/errors.ts';
import type { Random } from '../../core/uuid.ts';
import type { DataDirectory } from './data-directory.ts';
import type { IdSeed } from './ids/id-hash.ts';

const format = 1;

/**
 * `store.db`: what concerns the store as a whole. It is held exclusively while the store is open, so that two
 * servers never write to one directory. The lock is SQLite's, which the operating system drops when the process
 * dies, however it dies.
 */
export class StoreFile {
  readonly idSeed: IdSeed;
  readonly #db: DatabaseSync;

  constructor(directory: DataDirectory, random: Random) {
    this.#db = new DatabaseSync(directory.storePath);
    try {
      this.#db.exec(`
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA synchronous = FULL;
        BEGIN EXCLUSIVE;
        CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT;
      `);
      this.#fact('format', () => format);
      const seed = this.#fact('id_seed', () => randomBytes(random, 8)) as Uint8Array;
      const words = new DataView(seed.buffer, seed.byteOffset, 8);
      this.idSeed = { high: words.getUint32(0), low: words.getUint32(4) };
      this.#db.exec('COMMIT');
      const found = this.#fact('format', () => format);
      if (found !== format) {
        throw new AnnalsError(
          'unavailable',
          `Cannot open ${directory.path}: it has format ${found}, this program reads ${format}`,
        );
      }
    } catch (cause) {
      this.#db.close();
      if ((cause as { errcode?: number }).errcode === busy) {
        throw new AnnalsError(
          'unavailable',
          `Cannot open ${directory.path}: another server is using this data directory`,
        );
      }
      if (cause instanceof AnnalsError) throw cause;
      throw new AnnalsError(
        'unavailable',
        `Cannot open ${directory.storePath}: ${messageOf(cause)}`,
        {
          cause,
        },
      );
    }
  }

  /** Lets the next one in. */
  close(): void {
    this.#db.close();
  }

  #fact(name: string, initial: () => number | Uint8Array): unknown {
    const read = this.#db.prepare('SELECT value FROM facts WHERE name = ?');
    if (read.get(name) === undefined) {
      this.#db.prepare('INSERT INTO facts VALUES (?, ?)').run(name, initial());
    }
    return (read.get(name) as { value: unknown }).value;
  }
}

const busy = 5;

function randomBytes(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  random(bytes);
  return bytes;
}
