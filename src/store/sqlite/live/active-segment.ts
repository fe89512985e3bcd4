import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Micros } from '../../../core/micros.ts';
import type { Head, SealedEvent, StoredEvent, TreeNode } from '../../event-store.ts';

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
    body TEXT NOT NULL
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

/** The end of one log, and the number it has in this store. */
export interface LogEnd {
  readonly number: number;
  readonly organisation: string;
  readonly head: Head;
}

/** An event in the row where it stands. */
export interface StoredRow extends StoredEvent {
  readonly log: number;
}

interface LogRow {
  readonly number: number;
  readonly organisation: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly frontier: Uint8Array;
  readonly recorded_at: Micros;
}

interface EventRow {
  readonly log: number;
  readonly sequence: number;
  readonly created_at: Micros;
  readonly recorded_at: Micros;
  readonly salt: Uint8Array | null;
  readonly leaf_hash: Uint8Array;
  readonly body: string;
}

/** One connection to a segment that takes events: the writer's, or a reader's that only reads. */
export class ActiveSegment {
  readonly #db: DatabaseSync;
  readonly #insertEvent: StatementSync;
  readonly #insertNode: StatementSync;
  readonly #putLog: StatementSync;
  readonly #event: StatementSync;
  readonly #leafHash: StatementSync;
  readonly #node: StatementSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
    this.#insertEvent = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#insertNode = db.prepare('INSERT INTO nodes VALUES (?, ?, ?, ?)');
    this.#putLog = db.prepare('INSERT OR REPLACE INTO logs VALUES (?, ?, ?, ?, ?, ?)');
    this.#event = db.prepare('SELECT * FROM events WHERE row = ?');
    this.#leafHash = db.prepare('SELECT leaf_hash FROM events WHERE row = ?');
    this.#node = db.prepare('SELECT hash FROM nodes WHERE log = ? AND level = ? AND place = ?');
  }

  /** Makes the file, with the ends of all logs so far. It is complete, or it has no tables. */
  static create(path: string, logs: Iterable<LogEnd>): ActiveSegment {
    const db = connect(path);
    db.exec(`BEGIN IMMEDIATE; ${schema}`);
    const segment = new ActiveSegment(db);
    for (const log of logs) segment.putLog(log);
    db.exec('COMMIT');
    return segment;
  }

  /** Opens for writing; undefined when the file was never completed. */
  static open(path: string): ActiveSegment | undefined {
    const db = connect(path);
    const made = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'nodes'").get();
    if (made !== undefined) return new ActiveSegment(db);
    db.close();
    return undefined;
  }

  /** Opens for reading alone. */
  static openForReading(path: string): ActiveSegment {
    const db = new DatabaseSync(path, { readOnly: true });
    db.exec('PRAGMA busy_timeout = 5000; PRAGMA mmap_size = 268435456');
    return new ActiveSegment(db);
  }

  begin(): void {
    this.#db.exec('BEGIN IMMEDIATE');
  }

  /** Once it returns, everything since `begin` is on disk. */
  commit(): void {
    this.#db.exec('COMMIT');
  }

  rollback(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }

  insertEvent(row: number, log: number, event: SealedEvent): void {
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

  /** The ends of all logs, whether or not they have events in this segment. */
  logs(): LogEnd[] {
    const rows = this.#db.prepare('SELECT * FROM logs ORDER BY number').all();
    return (rows as unknown as LogRow[]).map(
      ({ number, organisation, size, root, frontier, recorded_at: recordedAt }) => ({
        number,
        organisation,
        head: { size, root, frontier, recordedAt },
      }),
    );
  }

  /** How much stands in it. */
  extent(): { rows: number; bodyBytes: number } {
    const row = this.#db
      .prepare('SELECT count(*) AS rows, ifnull(sum(octet_length(body)), 0) AS bytes FROM events')
      .get() as { rows: number; bytes: number };
    return { rows: row.rows, bodyBytes: row.bytes };
  }

  *events(): Iterable<StoredRow> {
    for (const row of this.#db.prepare('SELECT * FROM events ORDER BY row').iterate()) {
      yield storedRow(row as unknown as EventRow);
    }
  }

  event(row: number): StoredRow {
    return storedRow(this.#event.get(row) as unknown as EventRow);
  }

  leafHash(row: number): Uint8Array {
    const { leaf_hash } = this.#leafHash.get(row) as { leaf_hash: Uint8Array };
    return leaf_hash;
  }

  /** What of an event goes into its sealed form. */
  sealedEvent(row: number): { body: string; salt: Uint8Array | undefined; leafHash: Uint8Array } {
    const { body, salt, leaf_hash: leafHash } = this.#event.get(row) as unknown as EventRow;
    return { body, salt: salt ?? undefined, leafHash };
  }

  /** All tree nodes in the order of (log, level, index). */
  nodes(): Uint8Array[] {
    const rows = this.#db.prepare('SELECT hash FROM nodes ORDER BY log, level, place').all();
    return (rows as { hash: Uint8Array }[]).map(({ hash }) => hash);
  }

  node(log: number, level: number, index: number): Uint8Array | undefined {
    const found = this.#node.get(log, level, index) as { hash: Uint8Array } | undefined;
    return found?.hash;
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

function storedRow(row: EventRow): StoredRow {
  const { log, sequence, created_at: createdAt, recorded_at: recordedAt, body, salt } = row;
  return { log, sequence, createdAt, recordedAt, body, ...(salt !== null && { salt }) };
}
