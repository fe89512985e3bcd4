import { z } from 'zod';
import type { AnnalsApi } from '../client/annals-api.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { AnnalsError } from '../core/errors.ts';
import { splitList } from '../core/value-list.ts';
import type { EventQuery } from './event-query.ts';
import { formatCount } from './quantities.ts';

const values = z.array(z.string());
/** An older server says nothing of times. */
const optionsSchema = z.looseObject({
  actions: values,
  resourceTypes: values,
  userIdentities: values,
  serviceAccounts: values,
  impersonatorIdentities: values,
  truncated: values,
  earliest: z.string().exactOptional(),
  latest: z.string().exactOptional(),
});
type Options = z.output<typeof optionsSchema>;

const pageSchema = z.object({
  items: z.array(z.looseObject({ createdAt: z.string() })),
  totalItems: z.number(),
});

/**
 * Says on a line or more why a query found no event: whether some match at another time or among the records of system
 * services, which value no event has, or when the log has events. Sends at most two requests. Empty when there is
 * nothing to say, or the server does not answer: an explanation must not fail what was done.
 */
export async function explainEmpty(api: AnnalsApi, query: EventQuery): Promise<string> {
  try {
    return (await matchesElsewhere(api, query)) ?? (await fromOptions(api, query));
  } catch (error) {
    if (error instanceof AnnalsError) return '';
    throw error;
  }
}

/** Events that match the same filters, if the time range is taken away and system services are included. */
async function matchesElsewhere(
  api: AnnalsApi,
  { filters, range }: EventQuery,
): Promise<string | undefined> {
  const { includeSystemServices, ...rest } = filters;
  const where = [
    ...(range.from === undefined ? [] : ['at another time']),
    ...(includeSystemServices === undefined ? ['with --include-system-services'] : []),
  ].join(' or ');
  if (Object.keys(rest).length === 0 || where === '') return undefined;
  const { items, totalItems } = await api.get(pageSchema, '/v1/audit', {
    ...rest,
    includeSystemServices: 'true',
    limit: '1',
  });
  const [newest] = items;
  if (newest === undefined) return undefined;
  return totalItems === 1
    ? `1 event matches ${where}: of ${newest.createdAt}`
    : `${formatCount(totalItems)} events match ${where}, the last of ${newest.createdAt}`;
}

/** What the values of the log say. */
async function fromOptions(api: AnnalsApi, { filters, range }: EventQuery): Promise<string> {
  const options = await api.get(optionsSchema, '/v1/audit/filter-options');
  const { earliest, latest } = options;
  const hasFilters = Object.keys(filters).some((name) => name !== 'includeSystemServices');
  if (hasFilters) {
    const unknown = unknownValues(filters, options);
    return unknown.length > 0
      ? unknown.join('\n')
      : 'No event of the log matches these filters, at any time';
  }
  if (options.actions.length === 0) {
    return filters.includeSystemServices === undefined
      ? 'The log has no events yet but the records of system services: --include-system-services shows them'
      : '';
  }
  if (range.from === undefined || earliest === undefined || latest === undefined) return '';
  return `The log has events from ${earliest} to ${latest}`;
}

/** Of each filter: its parameter, the list of its values, and what one of them is called. */
const lists = [
  ['action', 'actions', 'action'],
  ['resourceType', 'resourceTypes', 'resource type'],
  ['userIdentity', 'userIdentities', 'user identity'],
  ['serviceAccount', 'serviceAccounts', 'service account'],
  ['impersonatorIdentity', 'impersonatorIdentities', 'impersonator identity'],
] as const;

const mostNamed = 5;

function unknownValues(filters: EventQuery['filters'], options: Options): string[] {
  return lists.flatMap(([parameter, list, noun]) => {
    const given = filters[parameter];
    const known = options[list];
    if (given === undefined || options.truncated.includes(list)) return [];
    const isList = parameter === 'action' || parameter === 'resourceType';
    const asked = isList ? given.flatMap(splitList) : given;
    return asked
      .filter((value) => !known.includes(value))
      .map((value) => `No event has the ${noun} ${value}${suggestion(value, known)}`);
  });
}

function suggestion(value: string, known: readonly string[]): string {
  const near = didYouMean(value, known);
  if (near !== '') return near;
  if (known.length === 0) return '';
  const more = known.length > mostNamed ? ` and ${known.length - mostNamed} more` : '';
  return `; the log has ${known.slice(0, mostNamed).join(', ')}${more}`;
}
