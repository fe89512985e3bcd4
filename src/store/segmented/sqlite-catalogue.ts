import type { DatabaseSync } from 'node:sqlite';
import { AnnalsError } from '../../core/errors.ts';
import type {
  Catalogue,
  CatalogueChange,
  CatalogueFile,
  FileKind,
  LiveFile,
  WrittenFile,
} from './catalogue.ts';

export const catalogueSchema = `
  CREATE TABLE catalogue (
    file_id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('active', 'sealed', 'hashes', 'ids')),
    first INTEGER NOT NULL,
    last INTEGER NOT NULL CHECK (last >= first),
    revision INTEGER NOT NULL,
    file TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('staged', 'live', 'obsolete')),
    bytes INTEGER,
    identity BLOB,
    CHECK (state <> 'live' OR (bytes IS NOT NULL AND identity IS NOT NULL))
  ) STRICT;
`;

type State = 'staged' | 'live' | 'obsolete';

const columns = 'file_id, kind, first, last, revision, file';

/** The live files in a database that has the table, which may be open for reading only. */
export function readLiveFiles(db: DatabaseSync): LiveFile[] {
  const rows = db
    .prepare(
      `SELECT ${columns}, bytes, identity FROM catalogue WHERE state = 'live'
       ORDER BY kind = 'ids', first`,
    )
    .all();
  return rows.map((row) => ({
    ...toFile(row),
    bytes: Number(row.bytes),
    identity: row.identity as Uint8Array,
  }));
}

/** The others. */
export function readFiles(db: DatabaseSync, state: Exclude<State, 'live'>): CatalogueFile[] {
  const rows = db.prepare(`SELECT ${columns} FROM catalogue WHERE state = ? ORDER BY file_id`);
  return rows.all(state).map(toFile);
}

/** A catalogue in a table of a database, to which nobody else writes. */
export class SqliteCatalogue implements Catalogue {
  readonly #db: DatabaseSync;
  /** Rows whose files are gone: they are removed by the next change. */
  readonly #forgotten = new Set<number>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  live(): readonly LiveFile[] {
    return readLiveFiles(this.#db);
  }

  staged(): readonly CatalogueFile[] {
    return readFiles(this.#db, 'staged').filter(({ fileId }) => !this.#forgotten.has(fileId));
  }

  obsolete(): readonly CatalogueFile[] {
    return readFiles(this.#db, 'obsolete').filter(({ fileId }) => !this.#forgotten.has(fileId));
  }

  stage(files: readonly Omit<CatalogueFile, 'fileId'>[]): readonly CatalogueFile[] {
    return this.#change(() => files.map((file) => ({ ...file, fileId: this.#insert(file) })));
  }

  publish({ written, replaced }: CatalogueChange): void {
    this.#change(() => {
      for (const file of written) this.#makeLive(file);
      for (const fileId of replaced) {
        const sql =
          "UPDATE catalogue SET state = 'obsolete' WHERE file_id = ? AND state <> 'obsolete'";
        this.#changeOne(sql, fileId);
      }
    });
  }

  forget(fileIds: readonly number[]): void {
    for (const fileId of fileIds) this.#forgotten.add(fileId);
  }

  disown(fileIds: readonly number[]): void {
    this.#change(() => {
      for (const fileId of fileIds) {
        this.#changeOne("DELETE FROM catalogue WHERE file_id = ? AND state = 'live'", fileId);
      }
    });
  }

  /** Removes the rows that `forget` was told of. */
  flush(): void {
    if (this.#forgotten.size > 0) this.#change(() => {});
  }

  #insert({ kind, first, last, revision, file }: Omit<CatalogueFile, 'fileId'>): number {
    const insert = this.#db.prepare(`
      INSERT INTO catalogue (kind, first, last, revision, file, state)
      VALUES (?, ?, ?, ?, ?, 'staged') ON CONFLICT DO NOTHING
    `);
    const { changes, lastInsertRowid } = insert.run(kind, first, last, revision, file);
    if (changes === 1) return Number(lastInsertRowid);
    throw new AnnalsError(
      'conflict',
      `Cannot stage ${file}: the catalogue has a file of that name`,
    );
  }

  #makeLive({ fileId, bytes, identity }: WrittenFile): void {
    const sql =
      "UPDATE catalogue SET state = 'live', bytes = ?, identity = ? WHERE file_id = ? AND state = 'staged'";
    this.#changeOne(sql, bytes, identity, fileId);
  }

  #changeOne(sql: string, ...values: (number | Uint8Array)[]): void {
    if (this.#db.prepare(sql).run(...values).changes === 1) return;
    throw new AnnalsError(
      'conflict',
      `Cannot change the catalogue: row ${values.at(-1)} is not in the state expected`,
    );
  }

  /** Carries out a change together with what was forgotten since the one before, in one transaction. */
  #change<T>(change: () => T): T {
    const remove = "DELETE FROM catalogue WHERE file_id = ? AND state <> 'live'";
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const fileId of this.#forgotten) this.#db.prepare(remove).run(fileId);
      const result = change();
      this.#db.exec('COMMIT');
      this.#forgotten.clear();
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      if ((error as { errcode?: number }).errcode !== diskFull) throw error;
      throw new AnnalsError('unavailable', 'Cannot change the catalogue: the disk is full', {
        cause: error,
      });
    }
  }
}

const diskFull = 13;

function toFile(row: Record<string, unknown>): CatalogueFile {
  return {
    fileId: Number(row.file_id),
    kind: row.kind as FileKind,
    first: Number(row.first),
    last: Number(row.last),
    revision: Number(row.revision),
    file: String(row.file),
  };
}
