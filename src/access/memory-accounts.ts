import { AnnalsError } from '../core/errors.ts';
import type { Micros } from '../core/micros.ts';
import type { Organisation, OwnQuotas } from '../core/organisation.ts';
import { type Accounts, accountOf, type Collections } from './accounts.ts';
import { Collection } from './collection.ts';
import { isValid, type KeyRecord } from './records.ts';

/** Accounts without a disk: for tests, and for what the SQLite accounts read. */
export class MemoryAccounts implements Accounts {
  readonly #organisations = new Map<string, Organisation>();
  readonly #bySlug = new Map<string, Organisation>();
  readonly #keys = new Map<string, KeyRecord>();
  /** Ids of keys, by the id of the key that created them. */
  readonly #created = new Map<string, string[]>();
  readonly #settings = new Map<string, string>();
  readonly collections: Collections;

  /** Without collections, they are empty ones in memory. */
  constructor(collections: Collections = emptyCollections()) {
    this.collections = collections;
  }

  organisations(): readonly Organisation[] {
    return [...this.#organisations.values()];
  }

  organisation(identityOrSlug: string): Organisation | undefined {
    return this.#organisations.get(identityOrSlug) ?? this.#bySlug.get(identityOrSlug);
  }

  async addOrganisation(organisation: Organisation): Promise<void> {
    this.checkOrganisation(organisation);
    this.restoreOrganisation(organisation);
  }

  /** Adds or replaces it. */
  restoreOrganisation(organisation: Organisation): void {
    this.#organisations.set(organisation.identity, organisation);
    this.#bySlug.set(organisation.slug, organisation);
  }

  /** Throws `conflict` if adding it would. */
  checkOrganisation({ identity, slug }: Organisation): void {
    for (const name of [identity, slug]) {
      if (this.organisation(name) === undefined) continue;
      throw new AnnalsError('conflict', `Cannot add the organisation: "${name}" is taken`);
    }
  }

  key(id: string): KeyRecord | undefined {
    return this.#keys.get(id);
  }

  keys(organisation: string): readonly KeyRecord[] {
    return [...this.#keys.values()].filter((key) => key.organisation === organisation);
  }

  keysCreatedBy(id: string): readonly KeyRecord[] {
    return (this.#created.get(id) ?? []).map((created) => this.#keys.get(created)!);
  }

  async addKey(key: KeyRecord): Promise<void> {
    this.checkKey(key);
    this.restoreKey(key);
  }

  /** Throws what adding it would. */
  checkKey({ id, createdBy, createdAt }: KeyRecord): void {
    if (this.#keys.has(id)) {
      throw new AnnalsError('conflict', `Cannot add the key: the id ${id} is taken`);
    }
    if (createdBy === undefined) return;
    const creator = accountOf(this, createdBy);
    if (creator !== undefined && isValid(creator, createdAt)) return;
    throw new AnnalsError(
      'unauthenticated',
      'Cannot add the key: who creates it is unknown, revoked or expired',
    );
  }

  /** Adds a key that was added before, whatever has become of the one that created it. */
  restoreKey(key: KeyRecord): void {
    this.#keys.set(key.id, key);
    const { createdBy } = key;
    if (createdBy === undefined) return;
    const created = this.#created.get(createdBy);
    if (created === undefined) this.#created.set(createdBy, [key.id]);
    else created.push(key.id);
  }

  async revokeKey(id: string, at: Micros): Promise<void> {
    const key = this.#keys.get(id);
    if (key !== undefined && key.revokedAt === undefined) {
      this.#keys.set(id, { ...key, revokedAt: at });
    }
  }

  async setQuotas(owner: string, quotas: OwnQuotas): Promise<void> {
    const organisation = this.#organisations.get(owner);
    if (organisation !== undefined) this.restoreOrganisation(withQuotas(organisation, quotas));
    const key = this.#keys.get(owner);
    if (key !== undefined) this.#keys.set(owner, withQuotas(key, quotas));
  }

  setting(name: string): string | undefined {
    return this.#settings.get(name);
  }

  async setSetting(name: string, value: string): Promise<void> {
    this.#settings.set(name, value);
  }

  async close(): Promise<void> {}
}

function withQuotas<Owner extends { readonly quotas?: OwnQuotas }>(
  { quotas: _before, ...owner }: Owner,
  quotas: OwnQuotas,
): Owner {
  return { ...owner, ...(Object.keys(quotas).length > 0 && { quotas }) } as Owner;
}

function emptyCollections(): Collections {
  return {
    sessions: new Collection(),
    links: new Collection(),
    people: new Collection(),
    searches: new Collection(),
  };
}
