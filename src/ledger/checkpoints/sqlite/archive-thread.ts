import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import { ensureIdentity } from '../../../runtime/database-identity.ts';
import { serveCalls } from '../../../runtime/serve-calls.ts';
import type { Cosignature, IssuedCheckpoint, Retirement } from '../archive.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS checkpoints (
    organisation TEXT NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (organisation, size)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS cosignatures (
    organisation TEXT NOT NULL,
    size INTEGER NOT NULL,
    witness TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (organisation, size, witness)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS retirements (
    key TEXT NOT NULL,
    organisation TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (key, organisation)
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER IF NOT EXISTS checkpoints_never_change BEFORE UPDATE ON checkpoints
    BEGIN SELECT RAISE(ABORT, 'checkpoints never change'); END;
  CREATE TRIGGER IF NOT EXISTS checkpoints_never_go BEFORE DELETE ON checkpoints
    BEGIN SELECT RAISE(ABORT, 'checkpoints are never deleted'); END;
`;

/** Steps from log to log in the order of the primary key, and does not read the other checkpoints. */
const newestOfEach = `
  WITH RECURSIVE logs (organisation) AS (
    SELECT min(organisation) FROM checkpoints
    UNION ALL
    SELECT (SELECT min(organisation) FROM checkpoints WHERE organisation > logs.organisation)
    FROM logs WHERE organisation IS NOT NULL
  )
  SELECT organisation, (
    SELECT max(size) FROM checkpoints WHERE checkpoints.organisation = logs.organisation
  ) AS size FROM logs WHERE organisation IS NOT NULL
`;

const database = new DatabaseSync((workerData as { readonly file: string }).file);
// Nobody else has it open. With memory to share on the disk it could not be opened when that is full.
database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL');
database.exec('PRAGMA synchronous = FULL');
database.exec(schema);
ensureIdentity(database);

const select = database.prepare(
  'SELECT root, message FROM checkpoints WHERE organisation = ? AND size = ?',
);
const selectLines = database.prepare(
  'SELECT line FROM cosignatures WHERE organisation = ? AND size = ? ORDER BY witness',
);
const insert = database.prepare(`
  INSERT INTO checkpoints SELECT :organisation, :size, :root, :message
  WHERE NOT EXISTS (SELECT 1 FROM checkpoints WHERE organisation = :organisation AND size >= :size)
`);
const putLine = database.prepare(`
  INSERT INTO cosignatures SELECT organisation, size, :witness, :line FROM checkpoints
  WHERE organisation = :organisation AND size = :size
  ON CONFLICT DO UPDATE SET line = excluded.line
`);
const retire = database.prepare(`
  INSERT INTO retirements SELECT :key, organisation, size FROM (${newestOfEach}) WHERE true
  ON CONFLICT DO UPDATE SET size = excluded.size
`);

const methods = {
  /** Resolves when the thread could open its file. */
  opened(): void {},

  newest(): IssuedCheckpoint[] {
    const heads = database.prepare(newestOfEach).all() as { organisation: string; size: number }[];
    return heads.map(({ organisation, size }) => methods.find(organisation, size)!);
  },

  find(organisation: string, size: number): IssuedCheckpoint | undefined {
    const row = select.get(organisation, size) as { root: Uint8Array; message: string } | undefined;
    if (row === undefined) return undefined;
    const lines = selectLines.all(organisation, size) as { line: string }[];
    const message = row.message + lines.map(({ line }) => line).join('');
    return { organisation, size, root: row.root, message };
  },

  /** All in one transaction. Returns for each whether it was newer than those in the file. */
  add(checkpoints: readonly IssuedCheckpoint[]): boolean[] {
    return inTransaction(() =>
      checkpoints.map(
        ({ organisation, size, root, message }) =>
          insert.run({ organisation, size, root, message }).changes === 1,
      ),
    );
  },

  cosign(organisation: string, size: number, cosignatures: readonly Cosignature[]): void {
    inTransaction(() => {
      for (const { witness, line } of cosignatures) {
        putLine.run({ organisation, size, witness, line });
      }
    });
  },

  retire(key: string): void {
    retire.run({ key });
  },

  retired(): Retirement[] {
    const rows = database.prepare('SELECT key, organisation, size AS upTo FROM retirements').all();
    return rows as unknown as Retirement[];
  },

  close(): void {
    database.close();
  },
};

function inTransaction<T>(run: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

export type ArchiveMethods = typeof methods;

serveCalls(methods);
