import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { putIdentity } from '../../../runtime/database-identity.ts';
import { hashBytes, saltBytes } from '../../event-columns.ts';
import type { TreeNode } from '../../event-store.ts';
import { CommitLogReader, type LogEnd } from './commit-log-reader.ts';
import { groupRowChecksum, groupRowEnds } from './group-row.ts';
import type { EventBytes } from './packed-appends.ts';

/**
 * The commit log of a segment, in SQLite. Events are added at the end in the order of commits, so a commit touches few
 * pages however large the trail is. There is no index, because everything that is searched for is in the active columns.
 * Consecutive events of one log and one commit are one group row, a row of the table `chunks`: it costs a fraction of a
 * row for each event.
 *
 * - `row` and `sequence`: those of its first event
 * - `times`: `createdAt` and `recordedAt` of each as doubles
 * - `lines`: canonical JSON, each with a line feed
 * - `salts`, `leaf_hashes`: 16 and 32 bytes for each; `salted`: 1 for each that has a salt
 * - `checksum`: CRC-32 of these five
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

  CREATE TABLE chunks (
    row INTEGER PRIMARY KEY,
    log INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    times BLOB NOT NULL,
    lines BLOB NOT NULL,
    salts BLOB NOT NULL,
    salted BLOB NOT NULL,
    leaf_hashes BLOB NOT NULL,
    checksum INTEGER
  ) STRICT;

  CREATE TABLE nodes (
    log INTEGER NOT NULL,
    level INTEGER NOT NULL,
    place INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (log, level, place)
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER events_never_change BEFORE UPDATE ON chunks
    BEGIN SELECT RAISE(ABORT, 'events never change'); END;
  CREATE TRIGGER events_never_go BEFORE DELETE ON chunks
    BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
  CREATE TRIGGER nodes_never_change BEFORE UPDATE ON nodes
    BEGIN SELECT RAISE(ABORT, 'tree nodes never change'); END;
  CREATE TRIGGER nodes_never_go BEFORE DELETE ON nodes
    BEGIN SELECT RAISE(ABORT, 'tree nodes are never deleted'); END;
`;

/** Some consecutive events of columns. */
interface EventSpan {
  readonly first: number;
  readonly count: number;
}

/** The writer's connection to a commit log. */
export class CommitLog {
  readonly rows: CommitLogReader;
  readonly #db: DatabaseSync;
  readonly #insertGroupRow: StatementSync;
  readonly #insertNode: StatementSync;
  readonly #putLog: StatementSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
    this.rows = new CommitLogReader(db);
    this.#insertGroupRow = db.prepare('INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#insertNode = db.prepare('INSERT INTO nodes VALUES (?, ?, ?, ?)');
    this.#putLog = db.prepare('INSERT OR REPLACE INTO logs VALUES (?, ?, ?, ?, ?, ?)');
  }

  /** Creates the file, with an identity and the ends of all logs so far. It is complete, or it has no tables. */
  static create(path: string, identity: Uint8Array, logs: Iterable<LogEnd>): CommitLog {
    const db = connect(path);
    try {
      db.exec(`BEGIN IMMEDIATE; ${schema}`);
      putIdentity(db, identity);
      const segment = new CommitLog(db);
      for (const log of logs) segment.putLog(log);
      db.exec('COMMIT');
      return segment;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Opens a file that is complete. */
  static open(path: string): CommitLog {
    const db = connect(path);
    const columns = db.prepare('PRAGMA table_info(chunks)').all();
    // A segment that an earlier version began does not have it.
    if (!columns.some(({ name }) => name === 'checksum')) {
      db.exec('ALTER TABLE chunks ADD COLUMN checksum INTEGER');
    }
    return new CommitLog(db);
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

  /** Adds events of one log. The first one gets this row and this sequence. */
  insertEvents(
    row: number,
    log: number,
    sequence: number,
    events: EventBytes,
    span: EventSpan,
  ): void {
    const { times, lines, lineEnds, salts, salted, leafHashes } = events;
    let from = span.first;
    for (const to of groupRowEnds(events, span.first, span.count)) {
      const before = from - span.first;
      const ofTimes = times.subarray(from * 2, to * 2);
      const parts = [
        new Uint8Array(ofTimes.buffer, ofTimes.byteOffset, ofTimes.byteLength),
        lines.subarray(lineEnds[from - 1] ?? 0, lineEnds[to - 1]),
        salts.subarray(from * saltBytes, to * saltBytes),
        salted.subarray(from, to),
        leafHashes.subarray(from * hashBytes, to * hashBytes),
      ] as const;
      this.#insertGroupRow.run(
        row + before,
        log,
        sequence + before,
        ...parts,
        groupRowChecksum(...parts),
      );
      from = to;
    }
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
