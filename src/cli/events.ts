import { Command } from 'commander';
import { z } from 'zod';
import type { AnnalsApi } from '../client/annals-api.ts';
import { AnnalsError } from '../core/errors.ts';
import type { CliContext } from './cli-context.ts';
import { openApi } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { eventTable } from './event-columns.ts';
import { eventLines } from './event-lines.ts';
import { eventSchema, walkPages } from './event-pages.ts';
import { type EventQuery, eventQueryOf } from './event-query.ts';
import { explainEmpty } from './explain-empty.ts';
import { addFilterOptions, type FilterFlags, filterHeading, wholeNumber } from './filter-flags.ts';
import { formatCount } from './quantities.ts';
import { addRangeOptions, type RangeFlags } from './range-flags.ts';
import { jsonLine } from './terminal-text.ts';

interface QueryFlags extends ConnectionFlags, FilterFlags, RangeFlags {
  readonly json?: boolean;
}

interface ListFlags extends QueryFlags {
  readonly limit: number;
  readonly oldestFirst?: boolean;
}

interface HistogramFlags extends QueryFlags {
  readonly buckets: number;
}

interface FacetsFlags extends QueryFlags {
  readonly facet?: readonly string[];
  readonly values: number;
  readonly search?: string;
}

interface GetFlags extends ConnectionFlags {
  readonly sequence?: number;
  readonly json?: boolean;
}

/** `annals events`: the events of a log, a page of them or one or how many, over time and by value. */
export function eventsCommand(context: CliContext): Command {
  const command = new Command('events');

  const list = command
    .command('list')
    .description('list events, newest first')
    .option('--limit <count>', 'at most so many events; 0 for all', wholeNumber(0), 50)
    .option('--oldest-first', 'begin with the oldest event')
    .option('--json', 'print each event as a line of JSON')
    .addHelpText(
      'after',
      `
When there are more events than --limit, a line on stderr says so.

Examples:
  $ annals events list --since 24h
  $ annals events list --from 2026-06-01 --to 2026-06-30 --action DELETE
  $ annals events list --user-identity usr-noor --limit 0 --json | jq .action`,
    );
  addQueryOptions(list).action((flags: ListFlags) => listEvents(flags, context));

  const get = command
    .command('get')
    .description('show one event, by its id or its sequence')
    .argument('[id]', 'the id of the event')
    .option('--sequence <number>', 'its number in the log, in place of the id', wholeNumber(0))
    .option('--json', 'print a line of JSON');
  addConnectionOptions(get)
    .addHelpText(
      'after',
      `
Examples:
  $ annals events get 019786f2-3c3d-7e1a-9b53-0c9c1f1b7a10
  $ annals events get --sequence 1204 --json`,
    )
    .action((id: string | undefined, flags: GetFlags) => getEvent(id, flags, context));

  const count = command
    .command('count')
    .description('count events')
    .option('--json', 'print a line of JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ annals events count
  $ annals events count --since 30d --action auth.login_failed`,
    );
  addQueryOptions(count).action((flags: QueryFlags) => countEvents(flags, context));

  const histogram = command
    .command('histogram')
    .description('count events over time')
    .option('--buckets <count>', 'at most so many lines, 1 to 200', wholeNumber(1, 200), 24)
    .option('--json', 'print a line of JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ annals events histogram --since 24h
  $ annals events histogram --since 7d --buckets 60 --action auth.login_failed`,
    );
  addQueryOptions(histogram).action((flags: HistogramFlags) => showHistogram(flags, context));

  const facets = command
    .command('facets')
    .description('count the values that filters can have')
    .option(
      '--facet <name>',
      'whose values: action, userIdentity, clientIp …; repeat or separate by commas for several',
      facetNames,
    )
    .option('--values <count>', 'at most so many values of each', wholeNumber(1, 1_000), 10)
    .option('--search <text>', 'only values that contain this text')
    .option('--json', 'print a line of JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ annals events facets --since 7d
  $ annals events facets --facet clientIp --user-identity usr-noor --values 50`,
    );
  addQueryOptions(facets).action((flags: FacetsFlags) => showFacets(flags, context));
  return command;
}

function addQueryOptions(command: Command): Command {
  return addConnectionOptions(
    addFilterOptions(
      addRangeOptions(command, 'Time range (without one, the whole log):').optionsGroup(
        filterHeading,
      ),
    ),
  );
}

async function listEvents(flags: ListFlags, context: CliContext): Promise<void> {
  const { stdout, stderr, clock } = context;
  const query = eventQueryOf(flags, clock);
  const api = openApi(await resolveConnection(flags, context), context);
  const table = eventTable(context);
  let [printed, total] = [0, 0];
  const parameters = {
    ...query.filters,
    ...query.range,
    ...(flags.oldestFirst === true && { order: 'asc' }),
  };
  const limit = flags.limit === 0 ? Number.POSITIVE_INFINITY : flags.limit;
  for await (const { items, totalItems } of walkPages(api, parameters, limit, context)) {
    if (flags.json === true) for (const event of items) stdout.write(jsonLine(event));
    else await table.print(items);
    printed += items.length;
    total = totalItems;
  }
  if (printed < total) {
    const which = flags.oldestFirst === true ? 'first' : 'last';
    stderr.write(
      `The ${which} ${formatCount(printed)} of ${formatCount(total)} events; --limit 0 prints all of them\n`,
    );
  }
  if (total === 0) await sayNothingMatches(api, query, context);
}

async function sayNothingMatches(
  api: AnnalsApi,
  query: EventQuery,
  { stderr }: CliContext,
): Promise<void> {
  const why = await explainEmpty(api, query);
  stderr.write(`No event matches${why === '' ? '' : `\n${why}`}\n`);
}

async function countEvents(flags: QueryFlags, context: CliContext): Promise<void> {
  const query = eventQueryOf(flags, context.clock);
  const api = openApi(await resolveConnection(flags, context), context);
  // The total of a list is exact, and a page of one event costs nearly nothing.
  const { totalItems: count } = await api.get(z.object({ totalItems: z.number() }), '/v1/audit', {
    ...query.filters,
    ...query.range,
    limit: '1',
  });
  context.stdout.write(flags.json === true ? jsonLine({ count }) : `${count}\n`);
  if (count === 0) await sayNothingMatches(api, query, context);
}

async function showHistogram(flags: HistogramFlags, context: CliContext): Promise<void> {
  const { printHistogram } = await import('./event-counts.ts');
  const query = eventQueryOf(flags, context.clock);
  const api = openApi(await resolveConnection(flags, context), context);
  const output = { context, json: flags.json === true };
  const total = await printHistogram(api, query, { buckets: String(flags.buckets) }, output);
  if (total === 0) await sayNothingMatches(api, query, context);
}

async function showFacets(flags: FacetsFlags, context: CliContext): Promise<void> {
  const { printFacets } = await import('./event-counts.ts');
  const { facet = [], values, search } = flags;
  const query = eventQueryOf(flags, context.clock);
  const api = openApi(await resolveConnection(flags, context), context);
  const output = { context, json: flags.json === true };
  const parameters = { facet, limit: String(values), ...(search !== undefined && { search }) };
  const total = await printFacets(api, query, parameters, output);
  if (total === 0) await sayNothingMatches(api, query, context);
}

function facetNames(argument: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...argument.split(',').filter((name) => name !== '')];
}

async function getEvent(
  id: string | undefined,
  { sequence, json, ...flags }: GetFlags,
  context: CliContext,
): Promise<void> {
  if ((id === undefined) === (sequence === undefined)) {
    throw new AnnalsError('invalid', 'Cannot get an event: give either its id or --sequence');
  }
  const api = openApi(await resolveConnection(flags, context), context);
  const path = sequence === undefined ? encodeURIComponent(id ?? '') : `sequence/${sequence}`;
  const event = await api.get(eventSchema, `/v1/audit/${path}`).catch((error) => {
    throw withSequenceHint(error, id);
  });
  if (json === true) context.stdout.write(jsonLine(event));
  else for (const line of eventLines(event, context)) context.stdout.write(`${line}\n`);
}

/** Who gives a number in place of an id most likely means the sequence, which lists show. */
function withSequenceHint(error: unknown, id = ''): unknown {
  const isNumber = /^\d{1,9}$/.test(id);
  if (!isNumber || !(error instanceof AnnalsError) || error.code !== 'not-found') return error;
  const hint = `an event is shown by its number in the log with --sequence ${id}`;
  return new AnnalsError('not-found', `${error.message}; ${hint}`);
}
