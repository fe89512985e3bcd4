import { z } from 'zod';
import { formatInstant, minute, second } from '../../core/micros.ts';
import { type TimeGrid, timeGrid } from '../../core/time-grid.ts';
import type { Window } from '../../core/window.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import type { Histogram, Order } from '../../store/event-store.ts';
import { wholeNumberParameter } from '../parameters.ts';
import { type ApiRoute, json, route } from '../route.ts';
import {
  type Counted,
  countedHeaders,
  countedParameters,
  countedResponse,
} from './counted-response.ts';
import { snapshotSchema } from './page.ts';

const defaultBuckets = 60;
const maxBuckets = 200;
const maxOffsetMinutes = 24 * 60;

const histogramParameters = countedParameters.extend({
  buckets: wholeNumberParameter(1, maxBuckets)
    .describe(`Largest number of buckets; ${defaultBuckets} by default`)
    .exactOptional(),
  offsetMinutes: wholeNumberParameter(-maxOffsetMinutes, maxOffsetMinutes)
    .describe(
      'Minutes by which the clocks of a zone are ahead of UTC: buckets then begin at round times of that zone',
    )
    .exactOptional(),
});

const count = z.int().min(0);
const instant = z.string().meta({ format: 'date-time' });

const histogramSchema = z
  .strictObject({
    snapshot: snapshotSchema,
    from: instant
      .describe(
        'Beginning of the time that was looked at: the parameter, or createdAt of the first matching event; absent without either',
      )
      .exactOptional(),
    to: instant
      .describe(
        'Its end, which is not included: the parameter, or just after the last matching event',
      )
      .exactOptional(),
    bucketSeconds: z.int().min(1).describe('Width of each bucket'),
    total: count.describe('Matching events: the sum of all buckets'),
    buckets: z
      .array(
        z
          .strictObject({
            from: instant.describe('Where the bucket begins; it ends where the next one begins'),
            success: count,
            failure: count,
            unknown: count.describe('Events that say nothing of their outcome'),
          })
          .meta({ id: 'HistogramBucket' }),
      )
      .describe('In order, without gaps, those without events included'),
  })
  .meta({ id: 'Histogram' });

export const histogramRoute = (dependencies: DialectDependencies): ApiRoute =>
  route(
    'GET',
    '/v1/audit/histogram',
    {
      operationId: 'getHistogram',
      tag: 'trail',
      summary: 'Count matching events over time',
      description:
        'Buckets of a round width, from a second to many days, in the narrowest that is enough. They begin at round times in UTC, so the first one may begin before the time that was looked at.',
      query: histogramParameters,
      success: {
        status: 200,
        description: 'The counts',
        headers: countedHeaders,
        content: json(histogramSchema),
      },
    },
    (c, { query }) =>
      countedResponse(
        c,
        dependencies,
        () => query('count'),
        { histogram: true },
        async (counted, { buckets = defaultBuckets, offsetMinutes = 0 }) => {
          const window = await windowOf(counted);
          if (window === undefined) return { bucketSeconds: 1, total: 0, buckets: [] };
          const grid = timeGrid(window, buckets, offsetMinutes * minute);
          const { reader, organisation, filter, snapshot } = counted;
          const counts = await reader.histogram(organisation, { ...grid, filter, snapshot });
          return {
            from: formatInstant(window.from),
            to: formatInstant(window.to),
            bucketSeconds: grid.width / second,
            ...bucketsOf(grid, counts),
          };
        },
      ),
  );

/** The time that the filter says; where it says none, that of the matching events. Undefined when there is none. */
async function windowOf({
  reader,
  organisation,
  filter,
  snapshot,
}: Counted): Promise<Window | undefined> {
  const timeOf = async (order: Order) => {
    const lines = await reader.listLines(organisation, { filter, order, limit: 1, snapshot });
    return lines?.last.createdAt;
  };
  const afterLast = async () => {
    const last = await timeOf('desc');
    return last === undefined ? undefined : last + 1;
  };
  const [from, to] = await Promise.all([filter.from ?? timeOf('asc'), filter.to ?? afterLast()]);
  return from === undefined || to === undefined || from >= to ? undefined : { from, to };
}

type HistogramResponse = z.output<typeof histogramSchema>;

function bucketsOf(
  { start, width, buckets }: TimeGrid,
  { success, failure, unknown }: Histogram,
): Pick<HistogramResponse, 'total' | 'buckets'> {
  let total = 0;
  const list = Array.from({ length: buckets }, (_, bucket) => {
    const counts = {
      success: success[bucket]!,
      failure: failure[bucket]!,
      unknown: unknown[bucket]!,
    };
    total += counts.success + counts.failure + counts.unknown;
    return { from: formatInstant(start + bucket * width), ...counts };
  });
  return { total, buckets: list };
}
