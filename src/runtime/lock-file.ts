import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/**
 * Takes a lock on a file, which is created if it is missing. `close` of what is returned lets the next one in, and so
 * does the end of the process, however it ends: the lock is SQLite's, which the operating system drops. Throws
 * `SQLITE_BUSY` while another process holds it.
 */
export function lockFile(path: string): { close(): void } {
  createForOwner(path);
  const lock = new DatabaseSync(path);
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** A file that exists is left alone: to open and close it would end a lock that this very process has on it. */
function createForOwner(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
