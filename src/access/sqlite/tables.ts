import type { CollectionName, RecordOf } from '../accounts.ts';

/** Tables of the collections of the accounts: each field of a record and the type of its column. */
export const tables: { readonly [Name in CollectionName]: Columns<RecordOf<Name>> } = {
  sessions: {
    id: 'TEXT PRIMARY KEY',
    secretHash: 'BLOB NOT NULL',
    account: 'TEXT NOT NULL',
    createdAt: 'INTEGER NOT NULL',
    lastUsedAt: 'INTEGER NOT NULL',
    clientIp: 'TEXT',
    userAgent: 'TEXT',
  },
  links: {
    id: 'TEXT PRIMARY KEY',
    purpose: 'TEXT NOT NULL',
    organisation: 'TEXT NOT NULL',
    role: 'TEXT NOT NULL',
    name: 'TEXT NOT NULL',
    secretHash: 'BLOB NOT NULL',
    createdAt: 'INTEGER NOT NULL',
    createdBy: 'TEXT NOT NULL',
    opensUntil: 'INTEGER NOT NULL',
    expiresAt: 'INTEGER',
    usedAt: 'INTEGER',
    revokedAt: 'INTEGER',
  },
  searches: {
    id: 'TEXT PRIMARY KEY',
    organisation: 'TEXT NOT NULL',
    name: 'TEXT NOT NULL',
    query: 'TEXT NOT NULL',
    createdBy: 'TEXT NOT NULL',
    createdAt: 'INTEGER NOT NULL',
  },
  people: {
    id: 'TEXT PRIMARY KEY',
    organisation: 'TEXT NOT NULL',
    role: 'TEXT NOT NULL',
    name: 'TEXT NOT NULL',
    createdAt: 'INTEGER NOT NULL',
    createdBy: 'TEXT NOT NULL',
    expiresAt: 'INTEGER',
    revokedAt: 'INTEGER',
    credentialId: 'TEXT NOT NULL',
    publicKey: 'BLOB NOT NULL',
    counter: 'INTEGER NOT NULL',
    userHandle: 'TEXT NOT NULL',
    host: 'TEXT NOT NULL',
    signedInAt: 'INTEGER',
  },
};

type Columns<R> = { readonly [Field in keyof R]-?: ColumnType };
type ColumnType = 'TEXT PRIMARY KEY' | `${'TEXT' | 'INTEGER' | 'BLOB'}${'' | ' NOT NULL'}`;

export const tableNames = Object.keys(tables) as CollectionName[];

/** `secret_hash` for `secretHash`. */
export function columnName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
