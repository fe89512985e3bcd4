import { readDatabase } from '../../../runtime/database-identity.ts';

/** The newest checkpoint of a log, as it was signed. */
export interface NewestCheckpoint {
  readonly organisation: string;
  readonly size: number;
  readonly message: string;
}

/** How far a witness has come with a log. */
export interface WitnessedLog {
  /** Name and ID of the witness's key. */
  readonly witness: string;
  readonly organisation: string;
  /** Of the newest checkpoint that it has cosigned. */
  readonly size: number;
}

/**
 * The newest checkpoint of each log, read from the archive without a change while a server may have it open. Throws what
 * SQLite throws when the file cannot be read.
 */
export function readNewest(file: string): readonly NewestCheckpoint[] {
  return readDatabase(file, (database) =>
    database
      .prepare(
        'SELECT organisation, max(size) AS size, message FROM checkpoints GROUP BY organisation',
      )
      .all()
      .map(({ organisation, size, message }) => ({
        organisation: String(organisation),
        size: Number(size),
        message: String(message),
      })),
  );
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
