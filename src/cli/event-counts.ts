import { z } from 'zod';
import type { AnnalsApi } from '../client/annals-api.ts';
import type { CliContext } from './cli-context.ts';
import type { EventQuery } from './event-query.ts';
import { counted, formatCount } from './quantities.ts';
import { columnsOf, jsonLine, printable } from './terminal-text.ts';
import { cutToWidth, measureOf } from './text-width.ts';

const histogramSchema = z.looseObject({
  bucketSeconds: z.number(),
  total: z.number(),
  buckets: z.array(
    z.looseObject({
      from: z.string(),
      success: z.number(),
      failure: z.number(),
      unknown: z.number(),
    }),
  ),
});

const facetsSchema = z.looseObject({
  total: z.number(),
  facets: z.array(
    z.looseObject({
      name: z.string(),
      values: z.array(z.looseObject({ value: z.string(), count: z.number() })),
      distinct: z.number().exactOptional(),
      absent: z.number(),
    }),
  ),
});

type Facet = z.output<typeof facetsSchema>['facets'][number];

/** How a request counts, besides its filters and its time range. */
type Parameters = Readonly<Record<string, string | readonly string[]>>;

interface CountOutput {
  readonly context: CliContext;
  /** As the server's response, on a line. */
  readonly json: boolean;
}

/** Prints how many events match in each part of the time, with a bar each. Returns how many there are in all. */
export async function printHistogram(
  api: AnnalsApi,
  { filters, range }: EventQuery,
  parameters: Parameters,
  { context, json }: CountOutput,
): Promise<number> {
  const query = { ...filters, ...range, ...parameters };
  const found = await api.get(histogramSchema, '/v1/audit/histogram', query);
  const { stdout } = context;
  if (json) stdout.write(jsonLine(found));
  if (json || found.total === 0) return found.total;
  const rows = found.buckets.map(({ from, success, failure, unknown }) => {
    const total = success + failure + unknown;
    return { time: shortTime(from, found.bucketSeconds), total, failure, text: formatCount(total) };
  });
  const most = Math.max(...rows.map(({ total }) => total));
  const countWidth = formatCount(most).length;
  const timeWidth = rows[0]!.time.length;
  const width = (columnsOf(stdout) ?? defaultWidth) - timeWidth - countWidth - 4;
  stdout.write(
    `${counted(found.total, 'event')}, a line for ${spanOf(found.bucketSeconds)}, UTC; ${failureMark} failures\n`,
  );
  for (const { time, total, failure, text } of rows) {
    const line = `${time}  ${text.padStart(countWidth)}  ${bar(total, failure, most, width)}`;
    stdout.write(`${line.trimEnd()}\n`);
  }
  return found.total;
}

/** Prints which values the matching events have, with a bar each. Returns how many events there are in all. */
export async function printFacets(
  api: AnnalsApi,
  { filters, range }: EventQuery,
  parameters: Parameters,
  { context, json }: CountOutput,
): Promise<number> {
  const query = { ...filters, ...range, ...parameters };
  const found = await api.get(facetsSchema, '/v1/audit/facets', query);
  const { stdout } = context;
  if (json) stdout.write(jsonLine(found));
  if (json || found.total === 0) return found.total;
  const texts = found.facets.flatMap(({ values }) => values.map(({ value }) => printable(value)));
  const measure = await measureOf(texts);
  const columns = columnsOf(stdout) ?? defaultWidth;
  const longest = Math.max(...texts.map(measure), 10);
  // Half of a terminal for the values; elsewhere nothing is cut.
  const valueWidth = columnsOf(stdout) === undefined ? longest : Math.min(longest, columns >> 1);
  const countWidth = formatCount(found.total).length;
  const width = Math.max(columns - valueWidth - countWidth - 6, 10);
  stdout.write(`${counted(found.total, 'event')}\n`);
  for (const facet of found.facets) {
    stdout.write(`\n${titleOf(facet)}\n`);
    for (const { value, count } of facet.values) {
      const shown = cutToWidth(printable(value), valueWidth, measure);
      const padded = shown + ' '.repeat(valueWidth - measure(shown));
      const line = `  ${padded}  ${formatCount(count).padStart(countWidth)}  ${bar(count, 0, found.total, width)}`;
      stdout.write(`${line.trimEnd()}\n`);
    }
  }
  return found.total;
}

const defaultWidth = 80;
const barMark = '█';
const failureMark = '▒';

/** A bar of at most `width` marks, of which some are failures. What is not nothing has a mark. */
function bar(total: number, failure: number, most: number, width: number): string {
  const marks = (count: number) =>
    count === 0 ? 0 : Math.max(1, Math.round((count / most) * width));
  const failures = Math.min(marks(failure), marks(total));
  return barMark.repeat(marks(total) - failures) + failureMark.repeat(failures);
}

/** As much of a time as tells buckets of this width apart. */
function shortTime(time: string, bucketSeconds: number): string {
  if (bucketSeconds >= 86_400) return time.slice(0, 10);
  return time.slice(0, bucketSeconds >= 60 ? 16 : 19).replace('T', ' ');
}

function spanOf(seconds: number): string {
  const units = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const;
  const [unit, noun] = units.find(([one]) => seconds % one === 0)!;
  return counted(seconds / unit, noun);
}

function titleOf({ name, values, distinct, absent }: Facet): string {
  if (distinct === 0 && absent > 0) return `${name}: no event has one`;
  const without = absent === 0 ? '' : `, ${counted(absent, 'event')} without one`;
  if (distinct === undefined) return `${name}: too many values to count${without}`;
  const shown = values.length < distinct ? `, the first ${values.length} of them here` : '';
  return `${name}: ${counted(distinct, 'value')}${shown}${without}`;
}
