import { z } from 'zod';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import { enumKind, listParameter, wholeNumberParameter } from '../parameters.ts';
import { type ApiRoute, json, route } from '../route.ts';
import { countedHeaders, countedParameters, countedResponse } from './counted-response.ts';
import { filterFacets, filterNames } from './filter.ts';
import { snapshotSchema } from './page.ts';

type FacetName = keyof typeof filterFacets;

const defaultFacets: readonly FacetName[] = [
  'action',
  'outcome',
  'resourceType',
  'userIdentity',
  'serviceAccount',
  'clientIp',
  'responseStatus',
];
const defaultValues = 10;
const maxValues = 1_000;
const maxDistinct = 100_000;

const facetsParameters = countedParameters.extend({
  facet: listParameter(
    `The filters whose values are wanted; ${defaultFacets.join(', ')} by default`,
    enumKind(filterNames),
  ),
  limit: wholeNumberParameter(1, maxValues)
    .describe(`Largest number of values of each facet; ${defaultValues} by default`)
    .exactOptional(),
  search: z
    .string()
    .describe('Only values that contain this text, without regard to case')
    .exactOptional(),
});

const count = z.int().min(0);

const facetsSchema = z
  .strictObject({
    snapshot: snapshotSchema,
    total: count.describe('Matching events'),
    facets: z
      .array(
        z
          .strictObject({
            name: z.string().describe('The filter that finds these values'),
            values: z
              .array(z.strictObject({ value: z.string(), count }).meta({ id: 'ValueCount' }))
              .describe('The most frequent values first, then in the order of the values'),
            distinct: count
              .describe(
                `How many different values there are; absent, and \`values\` empty, when there are more than ${maxDistinct.toLocaleString('en')}, or fewer that are very long`,
              )
              .exactOptional(),
            absent: count.describe('Matching events without a value'),
          })
          .meta({ id: 'FacetValues' }),
      )
      .describe('In the order of the request'),
  })
  .meta({ id: 'Facets' });

export const facetsRoute = (dependencies: DialectDependencies): ApiRoute =>
  route(
    'GET',
    '/v1/audit/facets',
    {
      operationId: 'getFacets',
      tag: 'trail',
      summary: 'Count the values of filters among matching events',
      query: facetsParameters,
      success: {
        status: 200,
        description: 'The values',
        headers: countedHeaders,
        content: json(facetsSchema),
      },
    },
    (c, { query }) =>
      countedResponse(
        c,
        dependencies,
        () => query('count'),
        { facets: true },
        async ({ reader, organisation, filter, snapshot }, parameters) => {
          const { facet = [], limit = defaultValues, search } = parameters;
          const names = [...new Set(facet.length === 0 ? defaultFacets : facet)] as FacetName[];
          const { total, facets } = await reader.facetCounts(organisation, {
            facets: names.map((name) => filterFacets[name]),
            filter,
            snapshot,
            limit,
            maxDistinct,
            ...(search !== undefined && { search }),
          });
          const named = names.map((name, nth) => ({ name, ...facets[nth]! }));
          return { total, facets: named };
        },
      ),
  );
