import { readDatabase } from '../../runtime/database-identity.ts';
import type { KeyRecord } from '../records.ts';
import type { Role } from '../roles.ts';

type ReadKey = Pick<KeyRecord, 'id' | 'role' | 'name' | 'createdAt' | 'expiresAt' | 'revokedAt'>;

export interface ReadAccounts {
  readonly keys: readonly ReadKey[];
  readonly settings: ReadonlyMap<string, string>;
}

/**
 * What a file of accounts has, read without a change while a server may have it open. No secrets are read. Throws what
 * SQLite throws when the file cannot be read.
 */
export function readAccounts(file: string): ReadAccounts {
  return readDatabase(file, (database) => {
    const keys = database
      .prepare('SELECT id, role, name, created_at, expires_at, revoked_at FROM keys')
      .all();
    const settings = database.prepare('SELECT name, value FROM settings').all();
    return {
      keys: keys.map((row) => ({
        id: String(row.id),
        role: String(row.role) as Role,
        name: String(row.name),
        createdAt: Number(row.created_at),
        ...(row.expires_at !== null && { expiresAt: Number(row.expires_at) }),
        ...(row.revoked_at !== null && { revokedAt: Number(row.revoked_at) }),
      })),
      settings: new Map(settings.map(({ name, value }) => [String(name), String(value)])),
    };
  });
}

/** The slugs of all organisations by their identities, in the same way. */
export function readSlugs(file: string): ReadonlyMap<string, string> {
  return readDatabase(file, (database) => {
    const rows = database.prepare('SELECT identity, slug FROM organisations').all();
    return new Map(rows.map(({ identity, slug }) => [String(identity), String(slug)]));
  });
}
