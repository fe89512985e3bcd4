import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Micros } from '../../../core/micros.ts';
import type { Head, StoredEvent } from '../../event-store.ts';
import { searchFieldsOf } from '../../search-fields.ts';
import { GroupRow, type RowBytes, type StoredGroupRow, type StoredRow } from './group-row.ts';

/** The end of one log, and the number it has in this store. */
export interface LogEnd {
  readonly number: number;
  readonly organisation: string;
  readonly head: Head;
}

/** The row's event if it is the one with this id: an equal hash proves nothing. */
export function matchingEvent(
  { log: rowLog, ...event }: StoredRow,
  log: number,
  eventID: string,
): StoredEvent | undefined {
  return rowLog === log && searchFieldsOf(event.body).eventID === eventID ? event : undefined;
}

interface LogRow {
  readonly number: number;
  readonly organisation: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly frontier: Uint8Array;
  readonly recorded_at: Micros;
}

/** Reads the rows of a segment that is in SQLite. */
export class CommitLogReader {
  readonly #db: DatabaseSync;
  readonly #select: StatementSync;
  readonly #node: StatementSync;
  /** The one looked at last: whoever wants an event often wants its neighbours. */
  #groupRow: GroupRow | undefined;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#select = db.prepare('SELECT * FROM chunks WHERE row <= ? ORDER BY row DESC LIMIT 1');
    this.#node = db.prepare('SELECT hash FROM nodes WHERE log = ? AND level = ? AND place = ?');
  }

  /** With a connection of its own, which keeps up to 2 MB of the file in memory: SQLite's default. */
  static open(path: string): CommitLogReader {
    const db = new DatabaseSync(path, { readOnly: true });
    db.exec('PRAGMA busy_timeout = 5000');
    return new CommitLogReader(db);
  }

  /** The chunk that the event of this row is in. */
  groupRow(row: number): GroupRow {
    const held = this.#groupRow;
    if (held !== undefined && held.from <= row && row < held.to) return held;
    this.#groupRow = new GroupRow(this.#select.get(row) as unknown as StoredGroupRow);
    return this.#groupRow;
  }

  event(row: number): StoredRow {
    return this.groupRow(row).event(row);
  }

  /** Rows from one on, at most so many and at least one. */
  rowsFrom(row: number, most: number): RowBytes {
    return this.groupRow(row).rowsFrom(row, most);
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
        `SELECT (SELECT ifnull(max(row), -1) FROM chunks) AS last, page_count * page_size AS bytes
         FROM pragma_page_count, pragma_page_size`,
      )
      .get() as { last: number; bytes: number };
    return { rows: row.last < 0 ? 0 : this.groupRow(row.last).to, bytes: row.bytes };
  }

  leafHash(row: number): Uint8Array {
    return this.groupRow(row).leafHash(row);
  }

  /** Every event in the order of rows, from one on that was committed with the first of its commit. */
  *events(from = 0): Iterable<StoredRow> {
    const chunks = this.#db.prepare('SELECT * FROM chunks WHERE row >= ? ORDER BY row');
    for (const held of chunks.iterate(from)) {
      const chunk = new GroupRow(held as unknown as StoredGroupRow);
      for (let row = chunk.from; row < chunk.to; row += 1) yield chunk.event(row);
    }
  }

  close(): void {
    this.#db.close();
  }
}
