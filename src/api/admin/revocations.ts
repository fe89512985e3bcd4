import { type Accounts, accountOf, accountsCreatedBy } from '../../access/accounts.ts';
import type { Links } from '../../access/links.ts';
import type { People } from '../../access/people.ts';
import { type Account, isValid, type LinkRecord, type PersonRecord } from '../../access/records.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { Clock, Micros } from '../../core/micros.ts';
import { requestFacts } from '../../http/connection.ts';
import type { AccessChange, OwnRecords } from '../../ledger/own-records.ts';
import { linkChange, personChange } from './access-changes.ts';

export interface RevocationDependencies {
  readonly accounts: Accounts;
  readonly links: Links;
  readonly people: People;
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
    const { ownRecords, clock } = this.#dependencies;
    const owe = (what: string) => (error: unknown) => {
      if (!(error instanceof AnnalsError) || error.code !== 'unavailable') throw error;
      this.#owed.add(`${what} (${error.message})`);
    };
    await this.#end(account, clock()).catch(
      owe('the revocation is not on the disk yet: it ends if the server stops now'),
    );
    const facts = requestFacts(this.#request);
    const recorded =
      'secretHash' in account && !('purpose' in account)
        ? ownRecords.keyRevoked(account, this.#by, facts)
        : ownRecords.accessEnded(revocationOf(account), this.#by, facts);
    await recorded.catch(owe('the record of the revocation is not in the trail yet'));
  }

  #end(account: Account, at: Micros): Promise<void> {
    const { accounts, links, people } = this.#dependencies;
    if ('purpose' in account) return links.revoke(account, at);
    if ('credentialId' in account) return people.revoke(account, at);
    return accounts.revokeKey(account.id, at);
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
        created.push(accountOf(accounts, one.id) ?? one);
      }
    }
    return created;
  }
}

function revocationOf(account: LinkRecord | PersonRecord): AccessChange {
  return 'purpose' in account
    ? linkChange('link.revoke', account)
    : personChange('person.revoke', account);
}
