import { z } from 'zod';
import type { OwnQuotas } from '../../core/organisation.ts';

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

/** Quotas after a change: what it does not name stays. */
export function changedQuotas(
  before: OwnQuotas,
  { quotas }: z.output<typeof quotasChangeSchema>,
): OwnQuotas {
  const entries = Object.entries({ ...before, ...quotas }).filter(([, value]) => value !== null);
  return Object.fromEntries(entries);
}

/** Quotas as a member of an organisation or a key; nothing when there are none. */
export function ownQuotas(quotas: OwnQuotas | undefined): { readonly quotas?: OwnQuotas } {
  return quotas === undefined || Object.keys(quotas).length === 0 ? {} : { quotas };
}
