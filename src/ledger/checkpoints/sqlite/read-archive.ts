import type { DatabaseSync } from 'node:sqlite';
import { readDatabase } from '../../../runtime/database-identity.ts';
import type { IssuedCheckpoint } from '../archive.ts';

/** How far a witness has come with a log. */
export interface WitnessedLog {
  /** Name and ID of the witness's key. */
  readonly witness: string;
  readonly organisation: string;
  /** Of the newest checkpoint that it has cosigned. */
  readonly size: number;
}

/** Steps from log to log in the order of the primary key, and does not read the other checkpoints. */
export const newestOfEach = `
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

/** The newest checkpoint of each log, without cosignatures, in an archive or in the copy of its newest ones. */
export function newestCheckpointsIn(database: DatabaseSync): readonly IssuedCheckpoint[] {
  const isArchive =
    database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'checkpoints'").get() !== undefined;
  const rows = isArchive
    ? `SELECT organisation, size, root, message FROM checkpoints
       JOIN (${newestOfEach}) USING (organisation, size)`
    : 'SELECT organisation, size, root, message FROM newest';
  return database.prepare(rows).all() as unknown as IssuedCheckpoint[];
}

/** A text that changes when a key is replaced. */
export function retirementsIn(database: DatabaseSync): string {
  const rows = database.prepare('SELECT * FROM retirements ORDER BY key, organisation').all();
  return JSON.stringify(rows);
}

/**
 * The newest checkpoint of each log, read from the archive without a change while a server may have it open. Throws what
 * SQLite throws when the file cannot be read.
 */
export function readNewest(file: string): readonly IssuedCheckpoint[] {
  return readDatabase(file, newestCheckpointsIn);
}

/** What witnesses have cosigned, in the same way. */
export function readWitnessed(file: string): readonly WitnessedLog[] {
  return readDatabase(file, (database) =>
    database
      .prepare(
        'SELECT witness, organisation, max(size) AS size FROM cosignatures GROUP BY witness, organisation',
      )
      .all()
      .map(({ witness, organisation, size }) => ({
        witness: String(witness),
        organisation: String(organisation),
        size: Number(size),
      })),
  );
}
