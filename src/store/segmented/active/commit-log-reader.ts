import { basename } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { joinBytes } from '../../../core/bytes.ts';
import { AnnalsError } from '../../../core/errors.ts';
import type { Micros } from '../../../core/micros.ts';
import { leafHash, sameHash } from '../../../integrity/hash.ts';
import { leafTextOf } from '../../../integrity/leaf-text.ts';
import { personalPaths } from '../../../integrity/personal.ts';
import type { Head } from '../../event-store.ts';
import type { RowBytes } from '../seal-source.ts';
import type { StoredRow } from '../stored-row.ts';
import { GroupRow, isWhole, type StoredGroupRow } from './group-row.ts';

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

const maxGroupRowBytes = 4 * 1024 * 1024;

/** Reads the rows of a commit log. */
export class CommitLogReader {
  readonly #db: DatabaseSync;
  readonly #select: StatementSync;
  readonly #node: StatementSync;
  /** By row. They never change; the newest page of a log reads the same ones again and again. */
  readonly #groupRows = new LRUCache<number, GroupRow>({
    maxSize: maxGroupRowBytes,
    sizeCalculation: ({ bytes, from, to }) => Math.ceil(bytes / (to - from)),
  });
  /** A bit for each group row, by its first row, that was compared with its checksum: queries read the same ones often. */
  #compared = new Uint8Array(1_024);

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

  /** The group row that has the event of this row. Throws `corrupt`, naming its events, when it was changed. */
  groupRow(row: number): GroupRow {
    const known = this.#groupRows.get(row);
    if (known !== undefined) return known;
    const groupRow = this.#checked(this.#select.get(row) as unknown as StoredGroupRow);
    for (let at = groupRow.from; at < groupRow.to; at += 1) this.#groupRows.set(at, groupRow);
    return groupRow;
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

  /**
   * The ends of all logs, whether or not they have events in this segment. Their hashes are in one buffer: with a buffer
   * for each, a start with very many logs would mostly collect garbage.
   */
  logs(): LogEnd[] {
    const rows = this.#db
      .prepare('SELECT * FROM logs ORDER BY number')
      .all() as unknown as LogRow[];
    const bytes = joinBytes(rows.flatMap(({ root, frontier }) => [root, frontier]));
    let at = 0;
    const take = ({ length }: Uint8Array) => {
      at += length;
      return bytes.subarray(at - length, at);
    };
    return rows.map(({ number, organisation, size, recorded_at: recordedAt, ...hashes }) => {
      const [root, frontier] = [take(hashes.root), take(hashes.frontier)];
      return { number, organisation, head: { size, root, frontier, recordedAt } };
    });
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

  /** The leaf hashes of all events, a group row at a time: those of one log in their order. */
  *leaves(): Iterable<{ organisation: string; first: number; hashes: Uint8Array }> {
    const rows = this.#db.prepare(
      `SELECT organisation, sequence AS first, leaf_hashes AS hashes
       FROM chunks JOIN logs ON logs.number = chunks.log ORDER BY row`,
    );
    for (const row of rows.iterate()) {
      yield row as { organisation: string; first: number; hashes: Uint8Array };
    }
  }

  /** Every event in the order of rows, from the first group row on that begins at this row or later. */
  *events(from = 0): Iterable<StoredRow> {
    const groupRows = this.#db.prepare('SELECT * FROM chunks WHERE row >= ? ORDER BY row');
    for (const stored of groupRows.iterate(from)) {
      const groupRow = this.#checked(stored as unknown as StoredGroupRow);
      for (let row = groupRow.from; row < groupRow.to; row += 1) yield groupRow.event(row);
    }
  }

  /** How many events there are, and what is wrong with those that were changed, a sentence for each group row. */
  check(): { readonly entries: number; readonly problems: readonly string[] } {
    let entries = 0;
    const problems: string[] = [];
    for (const row of this.#db.prepare('SELECT * FROM chunks ORDER BY row').iterate()) {
      const stored = row as unknown as StoredGroupRow;
      entries += stored.salted.length;
      if (!isWhole(stored)) problems.push(this.#damageOf(stored));
    }
    return { entries, problems };
  }

  close(): void {
    this.#db.close();
  }

  #checked(stored: StoredGroupRow): GroupRow {
    const [byte, bit] = [stored.row >> 3, 1 << (stored.row & 7)];
    if ((this.#compared[byte] ?? 0) & bit) return new GroupRow(stored);
    if (isWhole(stored)) {
      if (byte >= this.#compared.length) {
        const compared = new Uint8Array(byte * 2);
        compared.set(this.#compared);
        this.#compared = compared;
      }
      this.#compared[byte]! |= bit;
      return new GroupRow(stored);
    }
    const file = basename(this.#db.location() ?? '');
    throw new AnnalsError('corrupt', `Segment ${file} is damaged: ${this.#damageOf(stored)}`);
  }

  #damageOf(stored: StoredGroupRow): string {
    const { log, sequence, salted } = stored;
    const found = this.#db.prepare('SELECT organisation FROM logs WHERE number = ?').get(log);
    const organisation = found?.organisation ?? `log ${log}`;
    const changed = salted.length === 1 ? sequence : changedEvent(stored);
    return changed === undefined
      ? `of events ${sequence} to ${sequence + salted.length - 1} of ${organisation} some are not as they were recorded`
      : `event ${changed} of ${organisation} is not as it was recorded`;
  }
}

/**
 * The sequence of the one event of a damaged group row that does not have its leaf hash. Undefined when that is true of
 * none or of several: the store does not know which other fields of an organisation are personal.
 */
function changedEvent(stored: StoredGroupRow): number | undefined {
  const groupRow = new GroupRow(stored);
  const changed: number[] = [];
  for (let row = groupRow.from; row < groupRow.to; row += 1) {
    if (!hasLeafHash(groupRow, row)) changed.push(stored.sequence + row - groupRow.from);
  }
  return changed.length === 1 ? changed[0] : undefined;
}

function hasLeafHash(groupRow: GroupRow, row: number): boolean {
  try {
    const { body, salt } = groupRow.event(row);
    return sameHash(leafHash(leafTextOf(body, salt, personalPaths())), groupRow.leafHash(row));
  } catch {
    return false;
  }
}
