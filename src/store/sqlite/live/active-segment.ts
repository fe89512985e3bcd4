import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { TreeNode } from '../../event-store.ts';
import type { EventBytes } from './packed-appends.ts';
import { type LogEnd, Rows } from './rows.ts';

/**
 * A segment that still takes events: a plain log in SQLite. Rows go to the end in the order of commits, so a commit
 * touches few pages however large the trail is; there is no index, because whatever is searched for stands in the
 * live columns, which are made from these rows again when the directory is opened.
 */
const schema = `
  CREATE TABLE logs (
    number INTEGER PRIMARY KEY,
    organisation TEXT NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    frontier BLOB NOT NULL,
    recorded_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE events (
    row INTEGER PRIMARY KEY,
    log INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    salt BLOB,
    leaf_hash BLOB NOT NULL,
    body BLOB NOT NULL
  ) STRICT;

  CREATE TABLE nodes (
    log INTEGER NOT NULL,
    level INTEGER NOT NULL,
    place INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (log, level, place)
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER events_never_change BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events never change'); END;
  CREATE TRIGGER events_never_go BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
  CREATE TRIGGER nodes_never_change BEFORE UPDATE ON nodes
    BEGIN SELECT RAISE(ABORT, 'tree nodes never change'); END;
  CREATE TRIGGER nodes_never_go BEFORE DELETE ON nodes
    BEGIN SELECT RAISE(ABORT, 'tree nodes are never deleted'); END;
`;

/** The writer's connection to a segment in SQLite. */
export class ActiveSegment {
  readonly rows: Rows;
  readonly #db: DatabaseSync;
  readonly #insertEvent: StatementSync;
  readonly #insertNode: StatementSync;
  readonly #putLog: StatementSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
    this.rows = new Rows(db);
    this.#insertEvent = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#insertNode = db.prepare('INSERT INTO nodes VALUES (?, ?, ?, ?)');
    this.#putLog = db.prepare('INSERT OR REPLACE INTO logs VALUES (?, ?, ?, ?, ?, ?)');
  }

  /** Makes the file, with the ends of all logs so far. It is complete, or it has no tables. */
  static create(path: string, logs: Iterable<LogEnd>): ActiveSegment {
    const db = connect(path);
    try {
      db.exec(`BEGIN IMMEDIATE; ${schema}`);
      const segment = new ActiveSegment(db);
      for (const log of logs) segment.putLog(log);
      db.exec('COMMIT');
      return segment;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Opens a file that is there; undefined when it was never completed. */
  static open(path: string): ActiveSegment | undefined {
    const db = connect(path);
    const made = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'nodes'").get();
    if (made !== undefined) return new ActiveSegment(db);
    db.close();
    return undefined;
  }

  begin(): void {
    this.#db.exec('BEGIN IMMEDIATE');
  }

  /** Once it returns, everything since `begin` is on disk. */
  commit(): void {
    this.#db.exec('COMMIT');
  }

  /** The file is as it was before `begin`, whatever happened since. */
  rollback(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }

  insertEvent(row: number, log: number, event: EventBytes): void {
    const { sequence, createdAt, recordedAt, salt, leafHash, body } = event;
    this.#insertEvent.run(row, log, sequence, createdAt, recordedAt, salt ?? null, leafHash, body);
  }

  insertNode(log: number, { level, index, hash }: TreeNode): void {
    this.#insertNode.run(log, level, index, hash);
  }

  putLog({ number, organisation, head }: LogEnd): void {
    const { size, root, frontier, recordedAt } = head;
    this.#putLog.run(number, organisation, size, root, frontier, recordedAt);
  }

  close(): void {
    this.#db.close();
  }
}

function connect(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec(`
    PRAGMA busy_timeout = 5000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 2000;
  `);
  return db;
}
