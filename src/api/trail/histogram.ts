import { z } from 'zod';
import type { Filter } from '../../core/filter.ts';
import { formatInstant, minute, second } from '../../core/micros.ts';
import { type TimeGrid, timeGrid } from '../../core/time-grid.ts';
import type { Window } from '../../core/window.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import { firstKeptSequence, keptFromHeader } from '../../dialects/dropped-events.ts';
import { recordedQuery } from '../../http/connection.ts';
import type { EventReader, Histogram, Order } from '../../store/event-store.ts';
import { wholeNumberParameter } from '../parameters.ts';
import { type ApiRoute, json, route } from '../route.ts';
import { countedFilter } from './counted-filter.ts';
import { filterParameters } from './filter.ts';
import { keptFromSchema, snapshotSchema } from './page.ts';

const defaultBuckets = 60;
const maxBuckets = 200;
const maxOffsetMinutes = 24 * 60;

const histogramParameters = filterParameters.extend({
  buckets: wholeNumberParameter(1, maxBuckets)
    .describe(`Largest number of buckets; ${defaultBuckets} by default`)
    .exactOptional(),
  offsetMinutes: wholeNumberParameter(-maxOffsetMinutes, maxOffsetMinutes)
    .describe(
      'Minutes by which the clocks of a zone are ahead of UTC: buckets then begin at round times of that zone',
    )
    .exactOptional(),
  snapshot: wholeNumberParameter(0)
    .describe('Size of the log to look at, as in a response before')
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

export const histogramRoute = ({ admit, reader, recordRead }: DialectDependencies): ApiRoute =>
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
        headers: { [keptFromHeader]: keptFromSchema },
        content: json(histogramSchema),
      },
    },
    async (c, { query }) => {
      const caller = admit(c.req.raw, 'audit_log:list');
      const parameters = query('count');
      const { identity } = caller.organisation;
      const tracked = reader.withSignal(c.req.raw.signal);
      const { size } = await tracked.head(identity);
      const snapshot = Math.min(parameters.snapshot ?? size, size);
      const filter = countedFilter(parameters, caller.organisation);
      const window = await windowOf(tracked, identity, filter, snapshot);
      const { buckets = defaultBuckets, offsetMinutes = 0 } = parameters;
      const grid = window && timeGrid(window, buckets, offsetMinutes * minute);
      const counts = grid && (await tracked.histogram(identity, { ...grid, filter, snapshot }));
      // Read last, so that it includes everything that was dropped before events were counted.
      const dropped = await tracked.dropped(identity);
      await recordRead(caller, 'audit_log.list', {
        histogram: true,
        query: recordedQuery(new URL(c.req.url)),
      });
      const keptFrom = firstKeptSequence(dropped, filter);
      if (keptFrom !== undefined) c.header(keptFromHeader, String(keptFrom));
      const response: HistogramResponse = {
        snapshot,
        ...(window !== undefined && {
          from: formatInstant(window.from),
          to: formatInstant(window.to),
        }),
        bucketSeconds: (grid?.width ?? second) / second,
        total: 0,
        buckets: grid === undefined || counts === undefined ? [] : bucketsOf(grid, counts),
      };
      for (const { success, failure, unknown } of response.buckets) {
        response.total += success + failure + unknown;
      }
      return c.json(response);
    },
  );

type HistogramResponse = z.output<typeof histogramSchema>;

/** The time that the filter says; where it says none, that of the matching events. Undefined when there is none. */
async function windowOf(
  reader: EventReader,
  organisation: string,
  filter: Filter,
  snapshot: number,
): Promise<Window | undefined> {
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

function bucketsOf(
  { start, width, buckets }: TimeGrid,
  { success, failure, unknown }: Histogram,
): HistogramResponse['buckets'] {
  return Array.from({ length: buckets }, (_, bucket) => ({
    from: formatInstant(start + bucket * width),
    success: success[bucket]!,
    failure: failure[bucket]!,
    unknown: unknown[bucket]!,
  }));
}
