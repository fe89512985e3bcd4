import type { Micros } from '../core/micros.ts';
import type { OwnQuotas } from '../core/organisation.ts';
import type { Role } from './roles.ts';

/** What a key, a person and a link have in common: each may do something, in one organisation. */
interface AccountFields {
  readonly id: string;
  /** Identity. Absent for the operator, who belongs to no organisation. */
  readonly organisation?: string;
  readonly role: Role;
  readonly name: string;
  readonly createdAt: Micros;
  /** Id of the account that created it. Absent for the operator's key, and for keys of version 0.1. */
  readonly createdBy?: string;
  readonly expiresAt?: Micros;
  readonly revokedAt?: Micros;
  readonly quotas?: OwnQuotas;
}

/** A key as it is kept: its secret only as a hash. Its id is the public half, as in `annals_<id>_<secret>`. */
export interface KeyRecord extends AccountFields {
  /** SHA-256 of the secret. A secret has 256 random bits, so a slow hash would add nothing. */
  readonly secretHash: Uint8Array;
}

export const linkPurposes = ['passkey', 'sign-in', 'share'] as const;
type LinkPurpose = (typeof linkPurposes)[number];

/**
 * A link that lets somebody in. `passkey` and `sign-in` work once, `share` as often as its readers like until it
 * expires. `passkey` makes a person with the link's role. Whoever opens another one has a session, which may do what the
 * link's role may.
 */
export interface LinkRecord extends Omit<AccountFields, 'quotas'> {
  readonly organisation: string;
  readonly createdBy: string;
  readonly purpose: LinkPurpose;
  /** SHA-256 of the secret in it, which has 256 random bits. */
  readonly secretHash: Uint8Array;
  /** Until when it can be opened. A shared link expires then too, with its sessions. */
  readonly opensUntil: Micros;
  /** When it was opened, if it works once. */
  readonly usedAt?: Micros;
}

/** Somebody who signs in with a passkey. */
export interface PersonRecord extends Omit<AccountFields, 'quotas'> {
  readonly organisation: string;
  readonly createdBy: string;
  /** In base64url, as the browser names it. */
  readonly credentialId: string;
  /** In COSE. */
  readonly publicKey: Uint8Array;
  /** How often the passkey was used, where its authenticator counts that; 0 where it does not. */
  readonly counter: number;
  /** Whom the authenticator says that the passkey is of. */
  readonly userHandle: string;
  /** For which host it was made: it works for no other. */
  readonly host: string;
  readonly signedInAt?: Micros;
}

/** Whoever a request is from. */
export type Account = KeyRecord | PersonRecord | LinkRecord;

export const accountKinds = ['key', 'passkey', 'link'] as const;
export type AccountKind = (typeof accountKinds)[number];

export function accountKind(account: Account): AccountKind {
  if ('purpose' in account) return 'link';
  return 'credentialId' in account ? 'passkey' : 'key';
}

/** For sentences that stay: the name of a person, who may want to be forgotten, is not in it. */
export function accountLabel(account: Account): string {
  const kind = accountKind(account);
  return kind === 'passkey' ? `the person ${account.id}` : `the ${kind} ${account.name}`;
}

export function isValid(
  { revokedAt, expiresAt }: Pick<Account, 'revokedAt' | 'expiresAt'>,
  now: Micros,
): boolean {
  return revokedAt === undefined && (expiresAt === undefined || expiresAt > now);
}

/** A browser that somebody has signed in with. Its cookie is `<id>.<secret>`; of the secret only a hash is kept. */
export interface SessionRecord {
  readonly id: string;
  /** SHA-256 of the secret, which has 256 random bits. */
  readonly secretHash: Uint8Array;
  /** Id of the account that signed in. The session may do what the account may, and ends with it. */
  readonly account: string;
  readonly createdAt: Micros;
  /** As it is on the disk: a tenth of the idle limit behind, at most. */
  readonly lastUsedAt: Micros;
  readonly clientIp?: string;
  readonly userAgent?: string;
}

/** A search of the trail that an organisation keeps. */
export interface SearchRecord {
  readonly id: string;
  /** Identity. */
  readonly organisation: string;
  /** Unique in its organisation. */
  readonly name: string;
  /** Of an address, without the question mark. */
  readonly query: string;
  /** Id of the account. */
  readonly createdBy: string;
  readonly createdAt: Micros;
}
