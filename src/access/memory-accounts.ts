import { AnnalsError } from '../core/errors.ts';
import type { Micros } from '../core/micros.ts';
import type { Organisation } from '../core/organisation.ts';
import type { Accounts, KeyRecord } from './accounts.ts';

/** Accounts without a disk: for tests, and for what the SQLite accounts read. */
export class MemoryAccounts implements Accounts {
  readonly #organisations = new Map<string, Organisation>();
  readonly #bySlug = new Map<string, Organisation>();
  readonly #keys = new Map<string, KeyRecord>();
  readonly #settings = new Map<string, string>();

  organisations(): readonly Organisation[] {
    return [...this.#organisations.values()];
  }

  organisation(identityOrSlug: string): Organisation | undefined {
    return this.#organisations.get(identityOrSlug) ?? this.#bySlug.get(identityOrSlug);
  }

  async addOrganisation(organisation: Organisation): Promise<void> {
    this.checkOrganisation(organisation);
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

  async addKey(key: KeyRecord): Promise<void> {
    this.checkKey(key);
    this.#keys.set(key.id, key);
  }

  /** Throws `conflict` if adding it would. */
  checkKey({ id }: KeyRecord): void {
    if (this.#keys.has(id)) {
      throw new AnnalsError('conflict', `Cannot add the key: the id ${id} is taken`);
    }
  }

  async revokeKey(id: string, at: Micros): Promise<void> {
    const key = this.#keys.get(id);
    if (key !== undefined && key.revokedAt === undefined) {
      this.#keys.set(id, { ...key, revokedAt: at });
    }
  }

  setting(name: string): string | undefined {
    return this.#settings.get(name);
  }

  async setSetting(name: string, value: string): Promise<void> {
    this.#settings.set(name, value);
  }

  async close(): Promise<void> {}
}
