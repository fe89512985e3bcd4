import { workerData } from 'node:worker_threads';
import type { Organisation, OwnQuotas } from '../../core/organisation.ts';
import { ensureIdentity, joinInstallation } from '../../runtime/database-identity.ts';
import { serveCalls } from '../../runtime/serve-calls.ts';
import { openSharedDatabase } from '../../runtime/shared-database.ts';
import type { CollectionName } from '../accounts.ts';
import type { CollectedRecord } from '../collection.ts';
import type { KeyRecord } from '../records.ts';
import type { Role } from '../roles.ts';
import { columnName, tableNames, tables } from './tables.ts';

/** All accounts, read once at the start. */
export interface StoredAccounts {
  readonly organisations: readonly Organisation[];
  readonly keys: readonly KeyRecord[];
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly collections: Readonly<Record<CollectionName, readonly CollectedRecord[]>>;
}

const schema = `
  CREATE TABLE IF NOT EXISTS organisations (
    identity TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS personal_paths (
    organisation TEXT NOT NULL REFERENCES organisations (identity),
    path TEXT NOT NULL,
    PRIMARY KEY (organisation, path)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY,
    organisation TEXT REFERENCES organisations (identity),
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    secret_hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    created_by TEXT
  ) STRICT;
  -- Apart from what they belong to: version 0.1 does not know of it, and reads the other tables as before.
  CREATE TABLE IF NOT EXISTS quotas (
    owner TEXT PRIMARY KEY, -- an identity of an organisation or an id of a key: only the first has a hyphen
    events_per_second INTEGER,
    bytes_per_day INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`;

export interface AccountsFile {
  readonly file: string;
  /** The id of the data directory that the file is part of. */
  readonly installation: Uint8Array;
}

const { file, installation } = workerData as AccountsFile;
const database = openSharedDatabase(file);
database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
database.exec(schema);
for (const name of tableNames) {
  const columns = Object.entries(tables[name]).map(
    ([field, type]) => `${columnName(field)} ${type}`,
  );
  database.exec(`CREATE TABLE IF NOT EXISTS ${name} (${columns.join(', ')}) STRICT`);
}
ensureIdentity(database);
joinInstallation(database, installation);
// Version 0.1 kept the secret of access tokens here. It is worth nothing now, so a full disk may keep it.
try {
  database.exec('PRAGMA secure_delete = ON');
  database.exec("DELETE FROM settings WHERE name = 'access_token_secret'");
} catch {}
const keyColumns = database.prepare('PRAGMA table_info(keys)').all();
// Databases of version 0.1 do not have it.
if (!keyColumns.some(({ name }) => name === 'created_by')) {
  database.exec('ALTER TABLE keys ADD COLUMN created_by TEXT');
}

const methods = {
  load(): StoredAccounts {
    const organisations = database.prepare('SELECT * FROM organisations ORDER BY created_at').all();
    const keys = database.prepare('SELECT * FROM keys ORDER BY created_at').all();
    const settings = database.prepare('SELECT name, value FROM settings').all();
    const quotas = readQuotas();
    const personalPaths = readPersonalPaths();
    return {
      organisations: organisations.map((row) => ({
        identity: String(row.identity),
        slug: String(row.slug),
        name: String(row.name),
        createdAt: Number(row.created_at),
        ...personalPaths.get(String(row.identity)),
        ...quotas.get(String(row.identity)),
      })),
      keys: keys.map((row) => ({
        id: String(row.id),
        ...(row.organisation !== null && { organisation: String(row.organisation) }),
        role: String(row.role) as Role,
        name: String(row.name),
        secretHash: row.secret_hash as Uint8Array,
        createdAt: Number(row.created_at),
        ...(row.expires_at !== null && { expiresAt: Number(row.expires_at) }),
        ...(row.revoked_at !== null && { revokedAt: Number(row.revoked_at) }),
        ...(row.created_by !== null && { createdBy: String(row.created_by) }),
        ...quotas.get(String(row.id)),
      })),
      settings: settings.map((row) => [String(row.name), String(row.value)] as const),
      collections: Object.fromEntries(
        tableNames.map((name) => [name, rowsOf(name)]),
      ) as unknown as StoredAccounts['collections'],
    };
  },

  addOrganisation(organisation: Organisation): void {
    const { identity, slug, name, createdAt, personalPaths = [], quotas } = organisation;
    inTransaction(() => {
      database
        .prepare('INSERT INTO organisations VALUES (?, ?, ?, ?)')
        .run(identity, slug, name, createdAt);
      const addPath = database.prepare('INSERT INTO personal_paths VALUES (?, ?)');
      for (const path of personalPaths) addPath.run(identity, path);
      if (quotas !== undefined) methods.setQuotas(identity, quotas);
    });
  },

  addKey(key: KeyRecord): void {
    inTransaction(() => {
      database
        .prepare('INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(
          key.id,
          key.organisation ?? null,
          key.role,
          key.name,
          key.secretHash,
          key.createdAt,
          key.expiresAt ?? null,
          key.revokedAt ?? null,
          key.createdBy ?? null,
        );
      if (key.quotas !== undefined) methods.setQuotas(key.id, key.quotas);
    });
  },

  setQuotas(owner: string, { eventsPerSecond, bytesPerDay }: OwnQuotas): void {
    if (eventsPerSecond === undefined && bytesPerDay === undefined) {
      database.prepare('DELETE FROM quotas WHERE owner = ?').run(owner);
      return;
    }
    database
      .prepare('INSERT OR REPLACE INTO quotas VALUES (?, ?, ?)')
      .run(owner, eventsPerSecond ?? null, bytesPerDay ?? null);
  },

  revokeKey(id: string, at: number): void {
    database
      .prepare('UPDATE keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?')
      .run(at, id);
  },

  setSetting(name: string, value: string): void {
    database
      .prepare(
        'INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
      )
      .run(name, value);
  },

  putRecord(name: CollectionName, record: CollectedRecord): void {
    const fields = Object.keys(tables[name]);
    const places = fields.map(() => '?').join(', ');
    database
      .prepare(`INSERT OR REPLACE INTO ${name} VALUES (${places})`)
      .run(...fields.map((field) => record[field] ?? null));
  },

  removeRecord(name: CollectionName, id: string): void {
    database.prepare(`DELETE FROM ${name} WHERE id = ?`).run(id);
  },

  close(): void {
    database.close();
  },
};

function inTransaction(change: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    change();
    database.exec('COMMIT');
  } catch (error) {
    // A full disk has ended the transaction already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function rowsOf(name: CollectionName): CollectedRecord[] {
  const fields = Object.keys(tables[name]);
  const columns = fields.map((field) => `${columnName(field)} AS "${field}"`).join(', ');
  const rows = database.prepare(`SELECT ${columns} FROM ${name}`).all();
  return rows.map(
    (row) =>
      Object.fromEntries(
        Object.entries(row).filter(([, value]) => value !== null),
      ) as CollectedRecord,
  );
}

/** Those of all owners: a query for each would take most of a start with very many. */
function readQuotas(): Map<string, { readonly quotas: OwnQuotas }> {
  const rows = database.prepare('SELECT * FROM quotas').all();
  return new Map(
    rows.map((row) => [
      String(row.owner),
      {
        quotas: {
          ...(row.events_per_second !== null && { eventsPerSecond: Number(row.events_per_second) }),
          ...(row.bytes_per_day !== null && { bytesPerDay: Number(row.bytes_per_day) }),
        },
      },
    ]),
  );
}

/** Those of all organisations that have some. */
function readPersonalPaths(): Map<string, { readonly personalPaths: string[] }> {
  const found = new Map<string, { readonly personalPaths: string[] }>();
  const rows = database.prepare('SELECT * FROM personal_paths ORDER BY organisation, path').all();
  for (const row of rows) {
    const organisation = String(row.organisation);
    const known = found.get(organisation) ?? { personalPaths: [] };
    known.personalPaths.push(String(row.path));
    found.set(organisation, known);
  }
  return found;
}

export type AccountsMethods = typeof methods;

serveCalls(methods);
