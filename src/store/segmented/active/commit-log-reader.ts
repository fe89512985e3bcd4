import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Micros } from '../../../core/micros.ts';
import type { Head } from '../../event-store.ts';
import type { RowBytes } from '../seal-source.ts';
import type { StoredRow } from '../stored-row.ts';
import { GroupRow, type StoredGroupRow } from './group-row.ts';

/** The end of one log, and the number it has in this store. */
export interface LogEnd {
  readonly number: number;
  readonly organisation: string;
  readonly head: Head;
}

interface LogRow {
  readonly number: number;
  readonly organisation: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly frontier: Uint8Array;
  readonly recorded_at: Micros;
}

/** Reads the rows of a commit log. */
export class CommitLogReader {
  readonly #db: DatabaseSync;
  readonly #select: StatementSync;
  readonly #node: StatementSync;
  /** The one that was read last: the next event is often one of its neighbours. */
  #groupRow: GroupRow | undefined;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#select = db.prepare('SELECT * FROM chunks WHERE row <= ? ORDER BY row DESC LIMIT 1');
    this.#node = db.prepare('SELECT hash FROM nodes WHERE log = ? AND level = ? AND place = ?');
  }

  /** Opens a connection of its own. It keeps up to 2 MB of the file in memory, which is SQLite's default. */
  static open(path: string): CommitLogReader {
    const db = new DatabaseSync(path, { readOnly: true });
    db.exec('PRAGMA busy_timeout = 5000');
    return new CommitLogReader(db);
  }

  /** The group row that has the event of this row. */
  groupRow(row: number): GroupRow {
    const last = this.#groupRow;
    if (last !== undefined && last.from <= row && row < last.to) return last;
    this.#groupRow = new GroupRow(this.#select.get(row) as unknown as StoredGroupRow);
    return this.#groupRow;
  }

  event(row: number): StoredRow {
    return this.groupRow(row).event(row);
  }

  /** Rows from this one on, at most so many and at least one. */
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

  /** How many rows there are; and the bytes of the file, which are no fewer than those of the bodies. */
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

  /** Every event in the order of rows, from the first group row on that begins at this row or later. */
  *events(from = 0): Iterable<StoredRow> {
    const groupRows = this.#db.prepare('SELECT * FROM chunks WHERE row >= ? ORDER BY row');
    for (const stored of groupRows.iterate(from)) {
      const groupRow = new GroupRow(stored as unknown as StoredGroupRow);
      for (let row = groupRow.from; row < groupRow.to; row += 1) yield groupRow.event(row);
    }
  }

  close(): void {
    this.#db.close();
  }
}
