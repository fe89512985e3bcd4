import { Argument, Command, Option } from 'commander';
import { z } from 'zod';
import { groupings } from '../reports/authentication-facts.ts';
import type { CliContext } from './cli-context.ts';
import { openApi } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { eventQueryOf } from './event-query.ts';
import { addFilterOptions, type FilterFlags, filterHeading, wholeNumber } from './filter-flags.ts';
import { formatCount } from './quantities.ts';
import { addRangeOptions, type RangeFlags } from './range-flags.ts';
import { type Column, Table } from './table.ts';
import { jsonLine } from './terminal-text.ts';

interface ReportFlags extends ConnectionFlags, FilterFlags, RangeFlags {
  readonly by: (typeof groupings)[number];
  readonly limit: number;
  readonly json?: boolean;
}

const groupsSchema = z.object({
  from: z.string(),
  to: z.string(),
  total: z.number(),
  distinct: z.number(),
  groups: z.array(
    z.object({
      value: z.string().optional(),
      count: z.number(),
      events: z.number(),
      first: z.string(),
      last: z.string(),
      succeededAt: z.string().optional(),
    }),
  ),
});

type Group = z.output<typeof groupsSchema>['groups'][number];

/** To the second: what a person compares. JSON has the microseconds. */
const timeOf = (instant: string) => instant.slice(0, 19).replace('T', ' ');

/** `annals report`: what of a trail somebody who looks after security asks for. */
export function reportCommand(context: CliContext): Command {
  const command = new Command('report')
    .addArgument(new Argument('<name>', 'which report').choices(['failed-auth']))
    .addOption(
      new Option('--by <what>', 'what the failures of a line have in common')
        .choices(groupings)
        .default('actor'),
    )
    .option('--limit <count>', 'at most so many lines', wholeNumber(1), 50)
    .option('--json', 'print the report as a line of JSON');
  return addConnectionOptions(
    addFilterOptions(
      addRangeOptions(command, 'Time range (without one, the last 24 hours):').optionsGroup(
        filterHeading,
      ),
    ),
  )
    .addHelpText(
      'after',
      `
failed-auth counts authentications that failed, those at Annals itself included.
What a client tried twice within two seconds counts once. THEN is when one
succeeded after the first failure.

Examples:
  $ annals report failed-auth
  $ annals report failed-auth --by address --since 7d`,
    )
    .action((_name: string, flags: ReportFlags) => reportFailedAuth(flags, context));
}

async function reportFailedAuth(flags: ReportFlags, context: CliContext): Promise<void> {
  const { stdout, stderr, env } = context;
  const { filters, range } = eventQueryOf(flags, context.clock);
  const api = openApi(await resolveConnection(flags, context), context);
  const report = await api.get(groupsSchema, '/v1/audit/failed-auth/groups', {
    ...filters,
    ...range,
    groupBy: flags.by,
    limit: String(flags.limit),
  });
  if (flags.json === true) {
    stdout.write(jsonLine(report));
    return;
  }
  const columns: readonly Column<Group>[] = [
    { title: flags.by.toUpperCase(), text: ({ value }) => value ?? '-', least: 16 },
    { title: 'FAILED', text: ({ count }) => formatCount(count) },
    { title: 'FIRST', text: ({ first }) => timeOf(first), expendable: 1 },
    { title: 'LAST', text: ({ last }) => timeOf(last) },
    {
      title: 'THEN',
      text: ({ succeededAt }) => succeededAt && timeOf(succeededAt),
      style: ({ succeededAt }) => (succeededAt === undefined ? undefined : 'bad'),
      isOptional: true,
    },
  ];
  await new Table(stdout, env, columns).print(report.groups);
  const { total, distinct, from, to } = report;
  const more = distinct > report.groups.length ? `; ${formatCount(distinct)} lines in all` : '';
  stderr.write(
    `${formatCount(total)} failed between ${timeOf(from)} and ${timeOf(to)} UTC${more}\n`,
  );
}
