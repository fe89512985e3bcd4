import type { Accounts } from '../../access/accounts.ts';
import type { Links } from '../../access/links.ts';
import { type Account, accountKind, isValid, type KeyRecord } from '../../access/records.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { Clock } from '../../core/micros.ts';
import { requestFacts } from '../../http/connection.ts';
import type { OwnRecords } from '../../ledger/own-records.ts';
import { linkChange } from './access-changes.ts';

export interface RevocationDependencies {
  readonly accounts: Accounts;
  readonly links: Links;
  readonly ownRecords: OwnRecords;
  readonly clock: Clock;
}

/** Revocations of one request. They hold whatever the disk says: a full one must not keep a stolen credential alive. */
export class Revocations {
  readonly #dependencies: RevocationDependencies;
  readonly #by: Account;
  readonly #request: Request;
  readonly #owed = new Set<string>();

  constructor(dependencies: RevocationDependencies, by: Account, request: Request) {
    this.#dependencies = dependencies;
    this.#by = by;
    this.#request = request;
  }

  /** What is not written yet, in sentences. */
  get owed(): readonly string[] {
    return [...this.#owed];
  }

  /** Its sessions end with it. */
  async revoke(account: Account): Promise<void> {
    const { accounts, links, ownRecords, clock } = this.#dependencies;
    const owe = (what: string) => (error: unknown) => {
      if (!(error instanceof AnnalsError) || error.code !== 'unavailable') throw error;
      this.#owed.add(`${what} (${error.message})`);
    };
    const revoked =
      'purpose' in account
        ? links.revoke(account, clock())
        : accounts.revokeKey(account.id, clock());
    await revoked.catch(
      owe('the revocation is not on the disk yet: it ends if the server stops now'),
    );
    const facts = requestFacts(this.#request);
    const recorded =
      'purpose' in account
        ? ownRecords.accessEnded(linkChange('link.revoke', account), this.#by, facts)
        : ownRecords.keyRevoked(account, this.#by, facts);
    await recorded.catch(owe('the record of the revocation is not in the trail yet'));
  }

  /**
   * The valid accounts that this one created, and that these created, as they are afterwards.
   *
   * @param revokeToo whether they are revoked
   */
  async created({ id }: Account, revokeToo: boolean): Promise<readonly Account[]> {
    const { accounts, clock } = this.#dependencies;
    const created: Account[] = [];
    // From the creator to the created: one that is revoked creates no more while its keys are listed.
    for (const ids = [id]; ids.length > 0; ) {
      for (const one of accountsCreatedBy(accounts, ids.shift()!)) {
        ids.push(one.id);
        if (!isValid(one, clock())) continue;
        if (revokeToo) await this.revoke(one);
        created.push(currentOf(accounts, one));
      }
    }
    return created;
  }
}

function accountsCreatedBy(accounts: Accounts, id: string): readonly Account[] {
  const links = [...accounts.collections.links.values()];
  return [...accounts.keysCreatedBy(id), ...links.filter(({ createdBy }) => createdBy === id)];
}

function currentOf(accounts: Accounts, account: Account): Account {
  if ('purpose' in account) return accounts.collections.links.get(account.id) ?? account;
  return accounts.key(account.id) ?? account;
}

export function isKey(account: Account): account is KeyRecord {
  return accountKind(account) === 'key';
}
