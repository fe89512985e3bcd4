import type { Micros } from '../core/micros.ts';
import type { Organisation, OwnQuotas } from '../core/organisation.ts';
import type { Collection } from './collection.ts';
import type {
  Account,
  KeyRecord,
  LinkRecord,
  PersonRecord,
  SearchRecord,
  SessionRecord,
} from './records.ts';

/** What is kept besides organisations and keys. */
export interface Collections {
  readonly sessions: Collection<SessionRecord>;
  readonly links: Collection<LinkRecord>;
  readonly people: Collection<PersonRecord>;
  readonly searches: Collection<SearchRecord>;
}

export type CollectionName = keyof Collections;
export type RecordOf<Name extends CollectionName> =
  Collections[Name] extends Collection<infer R> ? R : never;

/**
 * Keeps organisations and keys. Changes are durable once resolved and seen by every later call. The accounts are small
 * and read at every request, so an implementation holds them in memory and reads without waiting.
 */
export interface Accounts {
  organisations(): readonly Organisation[];
  /** By identity or slug. */
  organisation(identityOrSlug: string): Organisation | undefined;
  /** Rejects with `conflict` if the slug is taken. */
  addOrganisation(organisation: Organisation): Promise<void>;
  key(id: string): KeyRecord | undefined;
  keys(organisation: string): readonly KeyRecord[];
  /** Keys that this account created, revoked ones included. */
  keysCreatedBy(id: string): readonly KeyRecord[];
  /**
   * Rejects with `conflict` if the id is taken, and with `unauthenticated` if the account that creates it is not valid
   * any more: once an account is revoked, no key that it creates is added.
   */
  addKey(key: KeyRecord): Promise<void>;
  /**
   * Revokes a key; if it was already, it keeps its first moment. It holds for every later call at once, also when the
   * disk is full: then this rejects with `unavailable`, and the disk gets it as soon as it can. Only a stop of the
   * process before that makes the key valid again.
   */
  revokeKey(id: string, at: Micros): Promise<void>;
  /** Sets all quotas of an organisation (by its identity) or of a key (by its id) that exists; none takes them away. */
  setQuotas(owner: string, quotas: OwnQuotas): Promise<void>;
  /** A small fact the server keeps for itself, such as the hash of the operator's key. */
  setting(name: string): string | undefined;
  setSetting(name: string, value: string): Promise<void>;
  readonly collections: Collections;
  close(): Promise<void>;
}

/** The key, person or link of that id. */
export function accountOf(
  accounts: Pick<Accounts, 'key' | 'collections'>,
  id: string,
): Account | undefined {
  const { people, links } = accounts.collections;
  return accounts.key(id) ?? people.get(id) ?? links.get(id);
}

/** Keys, links and people that this account created, revoked ones included. */
export function accountsCreatedBy(
  accounts: Pick<Accounts, 'keysCreatedBy' | 'collections'>,
  id: string,
): readonly Account[] {
  const { people, links } = accounts.collections;
  const others = [...links.values(), ...people.values()];
  return [...accounts.keysCreatedBy(id), ...others.filter(({ createdBy }) => createdBy === id)];
}
