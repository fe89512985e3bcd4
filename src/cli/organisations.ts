import { Command } from 'commander';
import { z } from 'zod';
import type { CliContext } from './cli-context.ts';
import { openApi } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import {
  addQuotaOptions,
  givenQuotas,
  ownQuotasSchema,
  type QuotaFlags,
  quotaColumn,
  quotasToSet,
} from './quota-flags.ts';
import { type Column, printRows } from './table.ts';

interface Flags extends ConnectionFlags {
  readonly json?: boolean;
}

interface CreateFlags extends Flags, QuotaFlags {
  readonly name?: string;
  readonly personalPath?: readonly string[];
}

const organisationSchema = z.looseObject({
  identity: z.string(),
  slug: z.string(),
  name: z.string(),
  createdAt: z.string(),
  quotas: ownQuotasSchema.exactOptional(),
});
const organisationsSchema = z.object({
  items: z.array(organisationSchema),
  nextCursor: z.string().exactOptional(),
});

const columns: readonly Column<z.output<typeof organisationSchema>>[] = [
  { title: 'IDENTITY', text: ({ identity }) => identity },
  { title: 'SLUG', text: ({ slug }) => slug },
  { title: 'NAME', text: ({ name }) => name, least: 10 },
  { title: 'CREATED', text: ({ createdAt }) => createdAt.slice(0, 10), expendable: 1 },
  quotaColumn,
];

/** `annals orgs`: the operator's key creates organisations; a key of an organisation sees only its own. */
export function organisationsCommand(context: CliContext): Command {
  const command = new Command('orgs');

  const list = command
    .command('list')
    .description('list the organisations that the API key may see');
  addConnectionOptions(list)
    .option('--json', 'print a line of JSON for each')
    .addHelpText('after', '\nExample:\n  $ annals orgs list --token-file annals-data/operator-key')
    .action(async (flags: Flags) => {
      const api = openApi(await resolveConnection(flags, context), context);
      const items = await api.getAll(organisationsSchema, '/v1/organisations');
      await printRows(context, items, columns, {
        json: flags.json,
        nothing: 'There are no organisations: annals orgs create <slug> creates one',
      });
    });

  const create = command
    .command('create')
    .description('create an organisation (needs the operator’s key)')
    .argument('<slug>', 'a short name: lower-case letters, digits and hyphens')
    .option('--name <name>', 'the full name (default: the slug)')
    .option(
      '--personal-path <path>',
      'a further personal field in its events, such as details.phone; may be repeated; cannot be changed later',
      (path: string, paths: readonly string[] = []) => [...paths, path],
    );
  addConnectionOptions(addQuotaOptions(create, 'create'))
    .option('--json', 'print a line of JSON')
    .addHelpText(
      'after',
      '\nExample:\n  $ annals orgs create acme --name "Acme Ltd" \\\n      --token-file annals-data/operator-key',
    )
    .action(async (slug: string, flags: CreateFlags) => {
      const api = openApi(await resolveConnection(flags, context), context);
      const created = await api.post(organisationSchema, '/v1/organisations', {
        slug,
        name: flags.name ?? slug,
        ...(flags.personalPath !== undefined && { personalPaths: flags.personalPath }),
        ...givenQuotas(flags),
      });
      await printRows(context, [created], columns, flags);
    });

  const update = command
    .command('update')
    .description('change the quotas of an organisation (needs the operator’s key)')
    .argument('<organisation>', 'its slug or identity');
  addConnectionOptions(addQuotaOptions(update, 'update'))
    .option('--json', 'print a line of JSON')
    .addHelpText(
      'after',
      `
A change holds from the next request on. Without a quota of its own, what
annals serve was started with holds.

Examples:
  $ annals orgs update acme --events-per-second 500
  $ annals orgs update acme --events-per-second default --bytes-per-day 0`,
    )
    .action(async (organisation: string, flags: Flags & QuotaFlags) => {
      const body = quotasToSet(flags);
      const api = openApi(await resolveConnection(flags, context), context);
      const path = `/v1/organisations/${encodeURIComponent(organisation)}`;
      const updated = await api.patch(organisationSchema, path, body);
      await printRows(context, [updated], columns, flags);
    });
  return command;
}
