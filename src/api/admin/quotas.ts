import { z } from 'zod';
import type { Accounts } from '../../access/accounts.ts';
import type { Account } from '../../access/records.ts';
import type { OwnQuotas } from '../../core/organisation.ts';
import type { OwnRecords, QuotaOwner, RequestFacts } from '../../ledger/own-records.ts';

const limit = z.int().min(0).max(999_999_999_999);

/** As they are given at the creation of an organisation or a key, and listed. */
export const quotasSchema = z
  .strictObject({
    eventsPerSecond: limit.describe('Events in a second; 0 for any number').exactOptional(),
    bytesPerDay: limit.describe('Bytes in a day; 0 for any number').exactOptional(),
  })
  .meta({
    id: 'Quotas',
    description: 'What it may record, where that is not what the server says for all',
  });

/** The body of a request that changes them. */
export const quotasChangeSchema = z
  .strictObject({
    quotas: z
      .strictObject({
        eventsPerSecond: limit
          .nullable()
          .describe('Events in a second; 0 for any number, null for what the server says for all')
          .exactOptional(),
        bytesPerDay: limit
          .nullable()
          .describe('Bytes in a day; 0 for any number, null for what the server says for all')
          .exactOptional(),
      })
      .refine((quotas) => Object.keys(quotas).length > 0, 'must name a quota'),
  })
  .meta({ id: 'QuotasChange' });

type QuotasChange = z.output<typeof quotasChangeSchema>;
/**
 * Changes quotas: each change is recorded, and then holds. Changes happen one after the other, so of two that come at
 * the same time neither undoes the other.
 */
export class QuotaChanges {
  readonly #accounts: Accounts;
  readonly #ownRecords: OwnRecords;
  #last: Promise<unknown> = Promise.resolve();

  constructor({
    accounts,
    ownRecords,
  }: { readonly accounts: Accounts; readonly ownRecords: OwnRecords }) {
    this.#accounts = accounts;
    this.#ownRecords = ownRecords;
  }

  /** Durable once resolved. `current` gives the quotas of the owner when it is the turn of this change. */
  apply(
    owner: QuotaOwner,
    current: () => OwnQuotas | undefined,
    change: QuotasChange,
    by: Account,
    request: RequestFacts,
  ): Promise<void> {
    const changing = this.#last.then(async () => {
      const before = current() ?? {};
      const after = changedQuotas(before, change);
      await this.#ownRecords.quotasSet(owner, { before, after }, by, request);
      await this.#accounts.setQuotas(owner.id, after);
    });
    this.#last = changing.catch(() => {});
    return changing;
  }
}

/** Quotas after a change: what it does not name stays. */
function changedQuotas(before: OwnQuotas, { quotas }: QuotasChange): OwnQuotas {
  const entries = Object.entries({ ...before, ...quotas }).filter(([, value]) => value !== null);
  return Object.fromEntries(entries);
}

/** Quotas as a member of an organisation or a key; nothing when there are none. */
export function ownQuotas(quotas: OwnQuotas | undefined): { readonly quotas?: OwnQuotas } {
  return quotas === undefined || Object.keys(quotas).length === 0 ? {} : { quotas };
}
