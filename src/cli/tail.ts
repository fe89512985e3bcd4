import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import type { AnnalsApi } from '../client/annals-api.ts';
import { Retrier } from '../client/retry.ts';
import type { AuditEvent } from '../core/event.ts';
import type { ExportFilters } from '../export/filters.ts';
import type { CliContext } from './cli-context.ts';
import { defaultSleep, openApi, retrySettings } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { addFilterOptions, type FilterFlags, filtersOf, wholeNumber } from './filter-flags.ts';
import { jsonLine, printable } from './terminal-text.ts';

interface TailFlags extends ConnectionFlags, FilterFlags {
  readonly lines: number;
  readonly interval: number;
  readonly json?: boolean;
  readonly follow: boolean;
}

/** What a line shows. Events of another version of the server may differ in the rest. */
const eventShape = z.looseObject({ createdAt: z.string(), action: z.string() });
const eventsShape = z.array(eventShape as unknown as z.ZodType<AuditEvent>);
const lastPageSchema = z.object({ items: eventsShape, snapshot: z.number() });
const followPageSchema = z.object({
  items: eventsShape,
  nextSequence: z.number(),
  keptFrom: z.number().exactOptional(),
});

const pageSize = '500';

export function tailCommand(context: CliContext): Command {
  const command = new Command('tail')
    .option('-n, --lines <count>', 'how many of the last events', wholeNumber(0, 1_000), 10)
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
  $ annals tail --action kms.decrypt,secrets.get_value --json | jq .userIdentity
  $ annals tail -n 100 --no-follow --response-status 403`,
    );
  addConnectionOptions(addFilterOptions(command.optionsGroup('Filters:')));
  return command.action((flags: TailFlags) => tail(flags, context));
}

async function tail(flags: TailFlags, context: CliContext): Promise<void> {
  const api = openApi(await resolveConnection(flags, context), context);
  const query = queryOf(filtersOf(flags));
  const print = (event: AuditEvent) =>
    context.stdout.write(flags.json ? jsonLine(event) : `${lineOf(event)}\n`);

  const last = await api.get(lastPageSchema, '/v1/audit', {
    ...query,
    limit: String(Math.max(flags.lines, 1)),
    cursor: '',
  });
  if (flags.lines > 0) for (const event of last.items.toReversed()) print(event);
  if (!flags.follow) return;
  await follow(api, { ...query, limit: pageSize }, last.snapshot, flags.interval, print, context);
}

async function follow(
  api: AnnalsApi,
  query: Record<string, string>,
  from: number,
  interval: number,
  print: (event: AuditEvent) => void,
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
        for (const event of page.items) print(event);
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

function queryOf(filters: ExportFilters): Record<string, string> {
  const { actions, resourceTypes, includeSystemServices, responseStatus, ...texts } = filters;
  return {
    ...texts,
    ...(actions !== undefined && { action: actions.join(',') }),
    ...(resourceTypes !== undefined && { resourceType: resourceTypes.join(',') }),
    ...(includeSystemServices === true && { includeSystemServices: 'true' }),
    ...(responseStatus !== undefined && { responseStatus: String(responseStatus) }),
  };
}

/** `2026-06-20T08:14:03.512904Z  DELETE  usr-7f3c1d  cloud_vpc/vpc-31c9aa  204  203.0.113.24  Deleted …` */
function lineOf(event: AuditEvent): string {
  const { context, resourceType, resourceIdentity } = event;
  const actor = event.user?.email ?? event.userIdentity ?? event.serviceAccountIdentity ?? '-';
  const resource = [resourceType, resourceIdentity].filter((text) => text !== undefined).join('/');
  const result = context?.status ?? event.outcome ?? '-';
  const columns = [
    event.createdAt,
    event.action,
    actor,
    resource || '-',
    result,
    context?.client_ip ?? '-',
  ];
  return printable([...columns, event.description ?? ''].join('  ')).trimEnd();
}

function seconds(value: string): number {
  const number = Number(value);
  if (number >= 0.1 && number <= 3_600) return number;
  throw new InvalidArgumentError('It must be a number of seconds from 0.1 to 3600.');
}
