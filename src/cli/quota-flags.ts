import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { AnnalsError } from '../core/errors.ts';
import type { Column } from './table.ts';

export interface QuotaFlags {
  readonly eventsPerSecond?: number | 'default';
  readonly bytesPerDay?: number | 'default';
}

/** Of an organisation or a key, in a response. */
export const ownQuotasSchema = z.looseObject({
  eventsPerSecond: z.number().exactOptional(),
  bytesPerDay: z.number().exactOptional(),
});

type ShownQuotas = z.output<typeof ownQuotasSchema>;

/** The flags of quotas where something is created; with `default` to take a quota away where it is changed. */
export function addQuotaOptions(command: Command, purpose: 'create' | 'update'): Command {
  const isUpdate = purpose === 'update';
  const number = isUpdate ? '<n|default>' : '<n>';
  const parse = (text: string) => {
    if (isUpdate && text === 'default') return text;
    if (/^\d{1,12}$/.test(text)) return Number(text);
    throw new InvalidArgumentError(
      `It must be a whole number, 0 for any${isUpdate ? ', or default for what the server says for all' : ''}.`,
    );
  };
  return command
    .option(
      `--events-per-second ${number}`,
      'the events that it may record a second, in place of what the server says for all; 0 for any number (needs the operator’s key)',
      parse,
    )
    .option(`--bytes-per-day ${number}`, 'the same for the bytes of a day', parse);
}

interface GivenQuotas {
  readonly quotas?: Readonly<Record<string, number | null>>;
}

/** The member `quotas` of a request; nothing when no flag is given. */
export function givenQuotas({ eventsPerSecond, bytesPerDay }: QuotaFlags): GivenQuotas {
  const given = Object.entries({ eventsPerSecond, bytesPerDay })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, value === 'default' ? null : value]);
  return given.length === 0 ? {} : { quotas: Object.fromEntries(given) };
}

/** The body of a request that changes quotas. Throws `invalid` when no flag is given. */
export function quotasToSet(flags: QuotaFlags): GivenQuotas {
  const given = givenQuotas(flags);
  if (given.quotas !== undefined) return given;
  throw new AnnalsError(
    'invalid',
    'Nothing to change: give --events-per-second, --bytes-per-day, or both',
  );
}

/** The quotas of an organisation or a key; few have some. */
export const quotaColumn: Column<{ readonly quotas?: ShownQuotas }> = {
  title: 'QUOTAS',
  text: ({ quotas }) => quotasText(quotas),
  least: 12,
  isOptional: true,
};

function quotasText({ eventsPerSecond, bytesPerDay }: ShownQuotas = {}): string {
  const parts = [
    ...(eventsPerSecond === undefined ? [] : [`${amount(eventsPerSecond)} events/s`]),
    ...(bytesPerDay === undefined ? [] : [`${amount(bytesPerDay)} bytes/day`]),
  ];
  return parts.join(', ');
}

const amount = (limit: number) => (limit === 0 ? 'any' : limit.toLocaleString('en'));
