import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { readDatabase } from '../../../runtime/database-identity.ts';

/**
 * A sentence without its subject, the archive, when it lacks a checkpoint that its copy has. Undefined when it lacks
 * none, when one of the two is missing, and while a server has them open, which compared them when it started. It changes
 * nothing. Throws what SQLite throws when one cannot be read.
 */
export function archiveProblem(file: string, copy: string): string | undefined {
  if (!existsSync(file) || !existsSync(copy)) return undefined;
  try {
    // The archive last: a checkpoint is there before it is in the copy.
    const newest = readDatabase(copy, (database) =>
      all<{ organisation: string; size: number }>(
        database,
        'SELECT organisation, size FROM newest',
      ),
    );
    return readDatabase(file, (database) => {
      const find = database.prepare(
        'SELECT 1 FROM checkpoints WHERE organisation = ? AND size = ?',
      );
      const lost = newest.find(
        ({ organisation, size }) => find.get(organisation, size) === undefined,
      );
      return (
        lost &&
        `lacks the checkpoint of ${lost.size} events of ${lost.organisation}, which its copy has`
      );
    });
  } catch (error) {
    if ((error as { errcode?: number }).errcode === busy) return undefined;
    throw error;
  }
}

function all<T>(database: DatabaseSync, sql: string): T[] {
  return database.prepare(sql).all() as T[];
}

const busy = 5;
