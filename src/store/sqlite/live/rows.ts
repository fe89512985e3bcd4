import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Micros } from '../../../core/micros.ts';
import type { Head, StoredEvent } from '../../event-store.ts';

/** The end of one log, and the number it has in this store. */
export interface LogEnd {
  readonly number: number;
  readonly organisation: string;
  readonly head: Head;
}

/** An event with the log it belongs to. */
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
  /** In UTF-8. */
  readonly body: Uint8Array;
}

type SearchableRow = [
  log: number,
  sequence: number,
  created: Micros,
  recorded: Micros,
  body: Uint8Array,
];

/** Reads the rows of a segment that is in SQLite. */
export class Rows {
  readonly #db: DatabaseSync;
  readonly #event: StatementSync;
  readonly #toSeal: StatementSync;
  readonly #body: StatementSync;
  readonly #leafHash: StatementSync;
  readonly #node: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#event = db.prepare('SELECT * FROM events WHERE row = ?');
    this.#toSeal = db.prepare('SELECT body, leaf_hash, salt FROM events WHERE row = ?');
    this.#toSeal.setReturnArrays(true);
    this.#body = db.prepare('SELECT body FROM events WHERE row = ?');
    this.#leafHash = db.prepare('SELECT leaf_hash FROM events WHERE row = ?');
    this.#node = db.prepare('SELECT hash FROM nodes WHERE log = ? AND level = ? AND place = ?');
  }

  /** With a connection of its own, which keeps up to so many bytes of the file in memory. */
  static open(path: string, cacheBytes: number): Rows {
    const db = new DatabaseSync(path, { readOnly: true });
    db.exec(`PRAGMA busy_timeout = 5000; PRAGMA cache_size = -${Math.ceil(cacheBytes / 1024)}`);
    return new Rows(db);
  }

  event(row: number): StoredRow {
    const found = this.#event.get(row) as unknown as EventRow;
    const { log, sequence, created_at: createdAt, recorded_at: recordedAt, body, salt } = found;
    return {
      log,
      sequence,
      createdAt,
      recordedAt,
      body: textOf(body),
      ...(salt !== null && { salt }),
    };
  }

  /** What of an event goes into its sealed form. */
  toSeal(row: number): [body: Uint8Array, leafHash: Uint8Array, salt: Uint8Array | null] {
    return this.#toSeal.get(row) as unknown as [Uint8Array, Uint8Array, Uint8Array | null];
  }

  /** The event's canonical JSON in UTF-8. */
  body(row: number): Uint8Array {
    const { body } = this.#body.get(row) as { body: Uint8Array };
    return body;
  }

  leafHash(row: number): Uint8Array {
    const { leaf_hash: leafHash } = this.#leafHash.get(row) as { leaf_hash: Uint8Array };
    return leafHash;
  }

  node(log: number, level: number, index: number): Uint8Array | undefined {
    const found = this.#node.get(log, level, index) as { hash: Uint8Array } | undefined;
    return found?.hash;
  }

  /** All tree nodes in the order of (log, level, index). */
  nodes(): Uint8Array[] {
    const rows = this.#db.prepare('SELECT hash FROM nodes ORDER BY log, level, place').all();
    return (rows as { hash: Uint8Array }[]).map(({ hash }) => hash);
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

  /** How many rows there are, and no fewer bytes than their bodies have. */
  extent(): { rows: number; bytes: number } {
    const row = this.#db
      .prepare(
        `SELECT (SELECT ifnull(max(row) + 1, 0) FROM events) AS rows, page_count * page_size AS bytes
         FROM pragma_page_count, pragma_page_size`,
      )
      .get() as { rows: number; bytes: number };
    return { rows: row.rows, bytes: row.bytes };
  }

  /** Every row in order, without what is not searched for. */
  *searchableRows(): Iterable<Omit<StoredRow, 'salt'>> {
    const select = this.#db.prepare(
      'SELECT log, sequence, created_at, recorded_at, body FROM events ORDER BY row',
    );
    select.setReturnArrays(true);
    for (const row of select.iterate()) {
      const [log, sequence, createdAt, recordedAt, body] = row as unknown as SearchableRow;
      yield { log, sequence, createdAt, recordedAt, body: textOf(body) };
    }
  }

  close(): void {
    this.#db.close();
  }
}

function textOf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString();
}
