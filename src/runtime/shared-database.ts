import { DatabaseSync } from 'node:sqlite';

/** How long a commit waits for another process that opens or closes the database at the same moment. */
const busyMillis = 5_000;

/**
 * Opens or creates a database in WAL mode that other processes may read at any time, as a backup does. For them SQLite
 * keeps a small file, `-shm`. When the disk has no room for it, the database is opened for this process alone.
 */
export function openSharedDatabase(path: string): DatabaseSync {
  const shared = new DatabaseSync(path, { timeout: busyMillis });
  try {
    useLog(shared);
    return shared;
  } catch (error) {
    shared.close();
    const { errcode = 0 } = error as { errcode?: number };
    if (!noRoom.has(errcode)) throw error;
  }
  const alone = new DatabaseSync(path, { timeout: busyMillis });
  try {
    alone.exec('PRAGMA locking_mode = EXCLUSIVE');
    useLog(alone);
    return alone;
  } catch (error) {
    alone.close();
    throw error;
  }
}

function useLog(database: DatabaseSync): void {
  database.exec('PRAGMA journal_mode = WAL');
  // The log is opened by the first transaction.
  database.exec('BEGIN; SELECT 1 FROM sqlite_schema; COMMIT');
}

/** `SQLITE_FULL`, `SQLITE_IOERR_WRITE`, `SQLITE_IOERR_SHMOPEN`, `SQLITE_IOERR_SHMSIZE`, `SQLITE_IOERR_SHMMAP`. */
const noRoom = new Set([13, 10 | (3 << 8), 10 | (18 << 8), 10 | (19 << 8), 10 | (21 << 8)]);
