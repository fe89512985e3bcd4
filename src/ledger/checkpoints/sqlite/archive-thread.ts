import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import { AnnalsError } from '../../../core/errors.ts';
import { hashBytes } from '../../../integrity/hash.ts';
import { ensureIdentity, joinInstallation } from '../../../runtime/database-identity.ts';
import { serveCalls } from '../../../runtime/serve-calls.ts';
import { openSharedDatabase } from '../../../runtime/shared-database.ts';
import type { Cosignature, IssuedCheckpoint, Retirement, SignedHeads } from '../archive.ts';
import { newestOfEach } from './read-archive.ts';

export interface ArchiveFiles {
  readonly file: string;
  /** Where the newest checkpoint of each log is kept a second time, so that the loss of the archive shows. */
  readonly copy: string;
  /** The id of the data directory that both are part of. */
  readonly installation: Uint8Array;
}

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

const copySchema = `
  CREATE TABLE IF NOT EXISTS newest (
    organisation TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    message TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

const files = workerData as ArchiveFiles;
const hadCopy = existsSync(files.copy);
const database = open(files.file, schema);
const copy = open(files.copy, copySchema);

function open(file: string, tables: string): DatabaseSync {
  const opened = openSharedDatabase(file);
  opened.exec('PRAGMA synchronous = FULL');
  opened.exec(tables);
  ensureIdentity(opened);
  joinInstallation(opened, files.installation);
  return opened;
}

const select = database.prepare(
  'SELECT root, message FROM checkpoints WHERE organisation = ? AND size = ?',
);
const selectSize = database.prepare(
  'SELECT max(size) AS size FROM checkpoints WHERE organisation = ?',
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

const selectCopy = copy.prepare('SELECT * FROM newest WHERE organisation = ?');
const putCopy = copy.prepare(`
  INSERT INTO newest VALUES (:organisation, :size, :root, :message)
  ON CONFLICT DO UPDATE SET size = excluded.size, root = excluded.root, message = excluded.message
  WHERE excluded.size > newest.size
`);

const methods = {
  /**
   * Brings the copy up to date: the last commit of it may be missing. Throws `corrupt` when it is the archive that lacks
   * a checkpoint. If that loss is accepted, the archive gets what the copy has. Returns sentences about what was so.
   */
  compareCopy(acceptLoss: readonly string[]): string[] {
    const newest = newestSizes();
    const kept = new Map(copy.prepare('SELECT organisation, size FROM newest').all().map(sizeOf));
    const lost = [...kept].filter(
      ([organisation, size]) =>
        newest.get(organisation) !== size && select.get(organisation, size) === undefined,
    );
    const findings: string[] = [];
    if (lost.length > 0) {
      const checkpoints = lost.map(
        ([organisation]) => selectCopy.get(organisation) as unknown as IssuedCheckpoint,
      );
      // An archive that was just begun again: the store let nobody come here before that loss was accepted.
      const isEmpty = newest.size === 0;
      const loss = isEmpty
        ? `${lackOf(checkpoints)}; these are used`
        : acceptedLoss(checkpoints, acceptLoss);
      methods.add(checkpoints);
      findings.push(loss);
    }
    if (!hadCopy && newest.size > 0) {
      findings.push(`${basename(files.copy)} is missing; it is created again from the archive`);
    }
    const stale = [...newest.keys()].filter(
      (organisation) => newest.get(organisation) !== kept.get(organisation),
    );
    putCopies(stale.map((organisation) => methods.newest(organisation)!));
    return findings;
  },

  newest(organisation: string): IssuedCheckpoint | undefined {
    const { size } = selectSize.get(organisation) as { size: number | null };
    return size === null ? undefined : methods.find(organisation, size);
  },

  signedHeads(): SignedHeads {
    const rows = database
      .prepare(
        `SELECT organisation, size, root FROM checkpoints JOIN (${newestOfEach}) USING (organisation, size)`,
      )
      .all() as { organisation: string; size: number; root: Uint8Array }[];
    const roots = new Uint8Array(rows.length * hashBytes);
    for (const [index, { root }] of rows.entries()) roots.set(root, index * hashBytes);
    return {
      organisations: rows.map(({ organisation }) => organisation),
      sizes: Float64Array.from(rows, ({ size }) => size),
      roots,
    };
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
    const added = inTransaction(database, () =>
      checkpoints.map(
        ({ organisation, size, root, message }) =>
          insert.run({ organisation, size, root, message }).changes === 1,
      ),
    );
    try {
      putCopies(checkpoints.filter((_, index) => added[index]));
    } catch {
      // They are in the archive. The copy gets them with the next checkpoint of the log, or at the next start.
    }
    return added;
  },

  cosign(organisation: string, size: number, cosignatures: readonly Cosignature[]): void {
    inTransaction(database, () => {
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
    copy.close();
    database.close();
  },
};

/** The size of each log's newest checkpoint. */
function newestSizes(): Map<string, number> {
  return new Map(database.prepare(newestOfEach).all().map(sizeOf));
}

function sizeOf({ organisation, size }: Record<string, SQLOutputValue>): [string, number] {
  return [String(organisation), Number(size)];
}

function putCopies(checkpoints: readonly IssuedCheckpoint[]): void {
  inTransaction(copy, () => {
    for (const { organisation, size, root, message } of checkpoints) {
      putCopy.run({ organisation, size, root, message });
    }
  });
}

/** Says what the archive lacks. */
function lackOf(lost: readonly IssuedCheckpoint[]): string {
  const [{ organisation, size }] = lost as [IssuedCheckpoint];
  const others = lost.length === 1 ? '' : `, and those of ${lost.length - 1} other logs`;
  const checkpoint = `the checkpoint of ${size} events of ${organisation}${others}`;
  return `${basename(files.file)} lacks ${checkpoint}, which ${basename(files.copy)} has`;
}

/** The same, once it is accepted. Throws `corrupt` until exactly this loss is. */
function acceptedLoss(lost: readonly IssuedCheckpoint[], acceptLoss: readonly string[]): string {
  const archive = basename(files.file);
  const [{ root }] = lost as [IssuedCheckpoint];
  const loss = `${archive}=${Buffer.from(root.subarray(0, 4)).toString('hex')}`;
  if (acceptLoss.includes(loss)) return `${lackOf(lost)}, which was accepted`;
  throw new AnnalsError(
    'corrupt',
    `Cannot start: ${lackOf(lost)}. Restore ${archive} from the newest backup. To go on with the newest checkpoints ` +
      `alone, start once with --accept-loss ${loss}`,
  );
}

function inTransaction<T>(on: DatabaseSync, run: () => T): T {
  on.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    on.exec('COMMIT');
    return result;
  } catch (error) {
    if (on.isTransaction) on.exec('ROLLBACK');
    throw error;
  }
}

export type ArchiveMethods = typeof methods;

serveCalls(methods);
