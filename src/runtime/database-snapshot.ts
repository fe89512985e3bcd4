import { accessSync, closeSync, constants, existsSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/** Whether it is whole without a write-ahead log, on a file system where nobody can write, such as a mounted snapshot. */
function isUnchangeable(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS' && !existsSync(`${path}-wal`);
  }
}

/** Pages copied at a time. Between two of these steps the calling thread does other things. */
const pagesPerStep = 4_096;

/**
 * A database as the last commit before `open` left it. It stays so while other processes change the database, and also
 * when they delete its files. Nothing is changed in it. Close it soon: SQLite cannot shorten its write-ahead log before.
 */
export class DatabaseSnapshot {
  readonly database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.database = database;
  }

  /**
   * Throws SQLite's own errors: `SQLITE_CANTOPEN` when there is no such file, `SQLITE_BUSY` when another process has it
   * open exclusively.
   */
  static open(path: string): DatabaseSnapshot {
    const url = pathToFileURL(path);
    if (isUnchangeable(path)) url.searchParams.set('immutable', '1');
    // Opened for reading alone, SQLite would leave files behind in a directory that nobody else uses.
    else url.searchParams.set('mode', 'rw');
    const database = new DatabaseSync(url, { timeout: 5_000 });
    try {
      database.exec('PRAGMA query_only = ON; BEGIN');
      database.prepare('SELECT 1 FROM sqlite_schema').get();
      return new DatabaseSnapshot(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Writes it as a new file that survives a power cut, for its owner alone. */
  async copyTo(path: string): Promise<void> {
    closeSync(openSync(path, 'wx', 0o600));
    await backup(this.database, path, { rate: pagesPerStep });
    const descriptor = openSync(path, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
  }

  close(): void {
    this.database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
