import { AnnalsError, messageOf } from '../../core/errors.ts';
import type { Micros } from '../../core/micros.ts';
import type { Organisation, OwnQuotas } from '../../core/organisation.ts';
import { OnDemandThread } from '../../runtime/on-demand-thread.ts';
import { siblingModule, Thread } from '../../runtime/thread.ts';
import type { Accounts, CollectionName, Collections } from '../accounts.ts';
import { type CollectedRecord, Collection } from '../collection.ts';
import { MemoryAccounts } from '../memory-accounts.ts';
import type { KeyRecord } from '../records.ts';
import type { AccountsFile, AccountsMethods, StoredAccounts } from './accounts-thread.ts';
import { tableNames } from './tables.ts';

/** How long its thread stays after a change; all reads are from memory. */
const idleMillis = 100;

/** After a revocation could not be written. */
const retryMillis = 1_000;

export interface SqliteAccountsOptions {
  /** Does what a full disk must not keep from being done; it may make room and do it again. */
  readonly retryOnFullDisk?: (work: () => Promise<void>) => Promise<void>;
}

/**
 * Opens or creates the accounts in one SQLite file, which becomes part of the installation. Rejects with `unavailable`
 * when the file cannot be opened.
 */
export async function openSqliteAccounts(
  data: AccountsFile,
  options: SqliteAccountsOptions = {},
): Promise<Accounts> {
  const { file } = data;
  const module = siblingModule(import.meta.url, './accounts-thread');
  const start = () => new Thread<AccountsMethods>('accounts', module, data);
  const thread = new OnDemandThread(start, idleMillis);
  const stored = await thread.call.load().catch(async (error) => {
    await thread.close();
    const cause = error instanceof AnnalsError ? (error.cause ?? error) : error;
    throw new AnnalsError('unavailable', `Cannot open ${file}: ${messageOf(cause)}`, { cause });
  });
  return new SqliteAccounts(stored, thread, options);
}

/**
 * Reads from memory. A change goes to the disk first and is seen once it is durable; a revocation is seen at once. Changes happen one after the
 * other, so two for the same name cannot both pass the check.
 */
class SqliteAccounts implements Accounts {
  readonly #memory: MemoryAccounts;
  readonly #thread: OnDemandThread<AccountsMethods>;
  readonly #options: SqliteAccountsOptions;
  #last: Promise<unknown> = Promise.resolve();
  /** Revocations and removals that are not on the disk yet, by what they concern. */
  readonly #owed = new Map<string, () => Promise<void>>();
  #retry: NodeJS.Timeout | undefined;
  readonly collections: Collections;

  constructor(
    { organisations, keys, settings, collections }: StoredAccounts,
    thread: OnDemandThread<AccountsMethods>,
    options: SqliteAccountsOptions,
  ) {
    this.#thread = thread;
    this.#options = options;
    this.collections = Object.fromEntries(
      tableNames.map((name) => [name, this.#collection(name, collections[name])]),
    ) as unknown as Collections;
    this.#memory = new MemoryAccounts(this.collections);
    for (const organisation of organisations) this.#memory.restoreOrganisation(organisation);
    for (const key of keys) this.#memory.restoreKey(key);
    for (const [name, value] of settings) void this.#memory.setSetting(name, value);
  }

  organisations(): readonly Organisation[] {
    return this.#memory.organisations();
  }

  organisation(identityOrSlug: string): Organisation | undefined {
    return this.#memory.organisation(identityOrSlug);
  }

  addOrganisation(organisation: Organisation): Promise<void> {
    return this.#commit(async () => {
      this.#memory.checkOrganisation(organisation);
      await this.#thread.call.addOrganisation(organisation);
      await this.#memory.addOrganisation(organisation);
    });
  }

  key(id: string): KeyRecord | undefined {
    return this.#memory.key(id);
  }

  keys(organisation: string): readonly KeyRecord[] {
    return this.#memory.keys(organisation);
  }

  keysCreatedBy(id: string): readonly KeyRecord[] {
    return this.#memory.keysCreatedBy(id);
  }

  addKey(key: KeyRecord): Promise<void> {
    return this.#commit(async () => {
      this.#memory.checkKey(key);
      await this.#thread.call.addKey(key);
      // Its creator may have been revoked meanwhile. The key came first, so it is among those that the creator created.
      this.#memory.restoreKey(key);
    });
  }

  revokeKey(id: string, at: Micros): Promise<void> {
    void this.#memory.revokeKey(id, at);
    return this.#owe(`key ${id}`, () => this.#thread.call.revokeKey(id, at));
  }

  setQuotas(owner: string, quotas: OwnQuotas): Promise<void> {
    return this.#commit(async () => {
      await this.#thread.call.setQuotas(owner, quotas);
      await this.#memory.setQuotas(owner, quotas);
    });
  }

  setting(name: string): string | undefined {
    return this.#memory.setting(name);
  }

  setSetting(name: string, value: string): Promise<void> {
    return this.#commit(async () => {
      await this.#thread.call.setSetting(name, value);
      await this.#memory.setSetting(name, value);
    });
  }

  async close(): Promise<void> {
    await this.#last;
    clearTimeout(this.#retry);
    if (this.#owed.size > 0) await this.#commit(() => this.#writeOwed()).catch(() => {});
    clearTimeout(this.#retry);
    await this.#commit(async () => this.#thread.running?.call.close());
    await this.#thread.close();
  }

  #collection(
    name: CollectionName,
    stored: readonly CollectedRecord[],
  ): Collection<CollectedRecord> {
    const { call } = this.#thread;
    return new Collection(stored, {
      put: (record) =>
        this.#commit(async () => {
          await call.putRecord(name, record);
        }),
      end: (record) => this.#owe(`${name} ${record.id}`, () => call.putRecord(name, record)),
      remove: (id) => this.#owe(`${name} ${id}`, () => call.removeRecord(name, id)),
    });
  }

  /**
   * Writes it after the changes before it, and again later if that fails. It is owed only from its turn on: with what is
   * owed already it would come before them, and they would undo it on the disk.
   */
  #owe(name: string, write: () => Promise<void>): Promise<void> {
    return this.#commit(() => {
      this.#owed.set(name, write);
      return this.#writeOwed();
    });
  }

  async #writeOwed(): Promise<void> {
    const { retryOnFullDisk = (work) => work() } = this.#options;
    try {
      for (const [name, write] of this.#owed) {
        await retryOnFullDisk(write);
        this.#owed.delete(name);
      }
    } catch (error) {
      clearTimeout(this.#retry);
      const retry = () => void this.#commit(() => this.#writeOwed()).catch(() => {});
      this.#retry = setTimeout(retry, retryMillis).unref();
      throw error;
    }
  }

  #commit(apply: () => Promise<void>): Promise<void> {
    const change = this.#last.then(apply);
    this.#last = change.catch(() => {});
    return change;
  }
}
