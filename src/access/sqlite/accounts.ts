import { AnnalsError, messageOf } from '../../core/errors.ts';
import type { Micros } from '../../core/micros.ts';
import type { Organisation, OwnQuotas } from '../../core/organisation.ts';
import { OnDemandThread } from '../../runtime/on-demand-thread.ts';
import { siblingModule, Thread } from '../../runtime/thread.ts';
import type { Accounts, KeyRecord } from '../accounts.ts';
import { MemoryAccounts } from '../memory-accounts.ts';
import type { AccountsFile, AccountsMethods } from './accounts-thread.ts';

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
  const { organisations, keys, settings } = await thread.call.load().catch(async (error) => {
    await thread.close();
    const cause = error instanceof AnnalsError ? (error.cause ?? error) : error;
    throw new AnnalsError('unavailable', `Cannot open ${file}: ${messageOf(cause)}`, { cause });
  });
  const memory = new MemoryAccounts();
  for (const organisation of organisations) await memory.addOrganisation(organisation);
  for (const key of keys) memory.restoreKey(key);
  for (const [name, value] of settings) await memory.setSetting(name, value);
  return new SqliteAccounts(memory, thread, options);
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
  /** Revocations that are not on the disk yet. */
  readonly #owed = new Map<string, Micros>();
  #retry: NodeJS.Timeout | undefined;

  constructor(
    memory: MemoryAccounts,
    thread: OnDemandThread<AccountsMethods>,
    options: SqliteAccountsOptions,
  ) {
    this.#memory = memory;
    this.#thread = thread;
    this.#options = options;
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
    this.#owed.set(id, at);
    return this.#commit(() => this.#writeOwed());
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
    clearTimeout(this.#retry);
    if (this.#owed.size > 0) await this.#commit(() => this.#writeOwed()).catch(() => {});
    clearTimeout(this.#retry);
    await this.#commit(async () => this.#thread.running?.call.close());
    await this.#thread.close();
  }

  async #writeOwed(): Promise<void> {
    const { retryOnFullDisk = (work) => work() } = this.#options;
    try {
      for (const [id, at] of this.#owed) {
        await retryOnFullDisk(() => this.#thread.call.revokeKey(id, at));
        this.#owed.delete(id);
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
