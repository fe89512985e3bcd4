import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import type { AnnalsApi, Query } from '../client/annals-api.ts';
import { Retrier } from '../client/retry.ts';
import type { AuditEvent } from '../core/event.ts';
import type { CliContext } from './cli-context.ts';
import { defaultSleep, openApi, retrySettings } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { eventTable } from './event-columns.ts';
import { eventsSchema, pageSchema, walkPages } from './event-pages.ts';
import { type EventQuery, eventQueryOf } from './event-query.ts';
import { explainEmpty } from './explain-empty.ts';
import { addFilterOptions, type FilterFlags, filterHeading, wholeNumber } from './filter-flags.ts';
import { jsonLine } from './terminal-text.ts';

interface TailFlags extends ConnectionFlags, FilterFlags {
  readonly lines?: number;
  readonly since?: string;
  readonly interval: number;
  readonly json?: boolean;
  readonly follow: boolean;
}

const followPageSchema = z.object({
  items: eventsSchema,
  nextSequence: z.number(),
  keptFrom: z.number().exactOptional(),
});

const pageSize = '500';

export function tailCommand(context: CliContext): Command {
  const command = new Command('tail')
    .option(
      '-n, --lines <count>',
      'how many of the last events (default: 10)',
      wholeNumber(0, 1_000),
    )
    .addOption(
      new Option(
        '--since <span>',
        'begin with the events from this long ago: 90m, 24h, 7d',
      ).conflicts('lines'),
    )
    .option('--interval <seconds>', 'how often to look for new events', seconds, 1)
    .option('--no-follow', 'stop after the last events')
    .option('--json', 'print each event as a line of JSON')
    .addHelpText(
      'after',
      `
New events come in the order in which they were recorded, each once, late ones
included. While the server is away, it tries again until it is back.

Examples:
  $ annals tail
  $ annals tail --since 1h
  $ annals tail --action kms.decrypt,secrets.get_value --json | jq .userIdentity
  $ annals tail -n 100 --no-follow --response-status 403`,
    );
  addConnectionOptions(addFilterOptions(command.optionsGroup(filterHeading)));
  return command.action((flags: TailFlags) => tail(flags, context));
}

async function tail(flags: TailFlags, context: CliContext): Promise<void> {
  const { stdout, stderr, clock } = context;
  const { lines = 10, since } = flags;
  const query = eventQueryOf(flags, clock);
  const api = openApi(await resolveConnection(flags, context), context);
  const table = eventTable(context);
  const print = async (events: readonly AuditEvent[]) => {
    if (flags.json !== true) return table.print(events);
    for (const event of events) stdout.write(jsonLine(event));
  };
  const { shown, snapshot } =
    since === undefined
      ? await printLast(api, query, lines, print)
      : await printSince(api, query, print, context);
  if (shown === 0 && (lines > 0 || since !== undefined)) {
    const why = await explainEmpty(api, query);
    stderr.write(`No event matches so far${why === '' ? '' : `\n${why}`}\n`);
  }
  if (!flags.follow) return;
  await follow(
    api,
    { ...query.filters, limit: pageSize },
    snapshot,
    flags.interval,
    print,
    context,
  );
}

type Print = (events: readonly AuditEvent[]) => Promise<void>;

/** What was printed, and the size of the log then: new events follow from there. */
interface Begun {
  readonly shown: number;
  readonly snapshot: number;
}

async function printLast(
  api: AnnalsApi,
  { filters }: EventQuery,
  lines: number,
  print: Print,
): Promise<Begun> {
  const { items, snapshot } = await api.get(pageSchema, '/v1/audit', {
    ...filters,
    limit: String(Math.max(lines, 1)),
    cursor: '',
  });
  if (lines > 0) await print(items.toReversed());
  return { shown: lines > 0 ? items.length : 0, snapshot };
}

async function printSince(
  api: AnnalsApi,
  { filters, range }: EventQuery,
  print: Print,
  context: CliContext,
): Promise<Begun> {
  let [shown, snapshot] = [0, 0];
  const query = { ...filters, ...range, order: 'asc' };
  for await (const page of walkPages(api, query, Number.POSITIVE_INFINITY, context)) {
    await print(page.items);
    shown += page.items.length;
    snapshot = page.snapshot;
  }
  return { shown, snapshot };
}

async function follow(
  api: AnnalsApi,
  query: Query,
  from: number,
  interval: number,
  print: Print,
  context: CliContext,
): Promise<void> {
  const { signal, stderr, sleep = defaultSleep } = context;
  const notify = (text: string) => void stderr.write(`${text}\n`);
  const retrier = new Retrier(retrySettings(context, notify, Number.POSITIVE_INFINITY));
  let fromSequence = from;
  try {
    for (;;) {
      try {
        const path = '/v1/audit';
        const page = await api.get(followPageSchema, path, {
          ...query,
          fromSequence: String(fromSequence),
        });
        if (page.keptFrom !== undefined) {
          const dropped = `${fromSequence} to ${page.keptFrom - 1}`;
          notify(`sequences ${dropped} were dropped by the server before they were read`);
        }
        await print(page.items);
        fromSequence = page.nextSequence;
        retrier.reset();
        if (page.items.length === Number(pageSize)) continue;
      } catch (error) {
        await retrier.wait(error, signal);
        continue;
      }
      await sleep(interval * 1_000, signal);
    }
  } catch (error) {
    // To be stopped is the normal end of following.
    if (!signal.aborted) throw error;
  }
}

function seconds(value: string): number {
  const number = Number(value);
  if (number >= 0.1 && number <= 3_600) return number;
  throw new InvalidArgumentError('It must be a number of seconds from 0.1 to 3600.');
}
