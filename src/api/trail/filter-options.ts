import { z } from 'zod';
import type { Facet } from '../../core/facets.ts';
import type { Filter } from '../../core/filter.ts';
import { formatInstant } from '../../core/micros.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import type { EventReader, Order } from '../../store/event-store.ts';
import { type ApiRoute, json, route } from '../route.ts';

const values = z.array(z.string());

/** The values that a log can be filtered by, most frequent first. */
const filterOptionsSchema = z
  .strictObject({
    actions: values,
    resourceTypes: values,
    userIdentities: values,
    serviceAccounts: values,
    impersonatorIdentities: values,
    earliest: z
      .string()
      .describe('createdAt of the first event that a list without parameters has')
      .meta({ format: 'date-time' })
      .exactOptional(),
    latest: z
      .string()
      .describe('createdAt of the last one')
      .meta({ format: 'date-time' })
      .exactOptional(),
    truncated: values.describe('Names of the lists above that hold only the most frequent values'),
  })
  .meta({ id: 'FilterOptions' });

type FilterOptions = z.output<typeof filterOptionsSchema>;

export const filterOptionsRoute = ({ admit, reader, recordRead }: DialectDependencies): ApiRoute =>
  route(
    'GET',
    '/v1/audit/filter-options',
    {
      operationId: 'getFilterOptions',
      tag: 'trail',
      summary: 'Get the values that the trail can be filtered by',
      success: { status: 200, description: 'The values', content: json(filterOptionsSchema) },
    },
    async (c) => {
      const caller = admit(c.req.raw, 'audit_log:list');
      const tracked = reader.withSignal(c.req.raw.signal);
      const options = await readFilterOptions(tracked, caller.organisation.identity);
      await recordRead(caller, 'audit_log.list', { filterOptions: true });
      return c.json(options);
    },
  );

const maxValues = 1_000;
/** The filter of a list without parameters, so that no value leads to an empty list. */
const defaultFilter: Filter = { withoutSystemServices: 'all' };

const lists = {
  actions: 'action',
  resourceTypes: 'resourceType',
  userIdentities: 'userIdentity',
  serviceAccounts: 'serviceAccountIdentity',
  impersonatorIdentities: 'impersonatorIdentity',
} as const satisfies Record<string, Facet>;

async function readFilterOptions(
  reader: EventReader,
  organisation: string,
): Promise<FilterOptions> {
  const truncated: string[] = [];
  const valuesOf = async (name: keyof typeof lists) => {
    const counts = await reader.distinct(organisation, lists[name], defaultFilter, maxValues + 1);
    if (counts.length > maxValues) truncated.push(name);
    return counts.slice(0, maxValues).map(({ value }) => value);
  };
  /** When the first event in this order happened. */
  const timeOf = async (order: Order) => {
    const lines = await reader.listLines(organisation, { filter: defaultFilter, order, limit: 1 });
    return lines && formatInstant(lines.last.createdAt);
  };
  const [
    actions,
    resourceTypes,
    userIdentities,
    serviceAccounts,
    impersonatorIdentities,
    earliest,
    latest,
  ] = await Promise.all([
    valuesOf('actions'),
    valuesOf('resourceTypes'),
    valuesOf('userIdentities'),
    valuesOf('serviceAccounts'),
    valuesOf('impersonatorIdentities'),
    timeOf('asc'),
    timeOf('desc'),
  ]);
  return {
    actions,
    resourceTypes,
    userIdentities,
    serviceAccounts,
    impersonatorIdentities,
    ...(earliest !== undefined && { earliest }),
    ...(latest !== undefined && { latest }),
    truncated: truncated.sort(),
  };
}
