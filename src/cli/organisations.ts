import { Command } from 'commander';
import { z } from 'zod';
import type { CliContext } from './cli-context.ts';
import { openApi } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { printTable } from './table.ts';

interface Flags extends ConnectionFlags {
  readonly json?: boolean;
}

interface CreateFlags extends Flags {
  readonly name?: string;
  readonly personalPath?: readonly string[];
}

const organisationSchema = z.looseObject({
  identity: z.string(),
  slug: z.string(),
  name: z.string(),
  createdAt: z.string(),
});
const organisationsSchema = z.object({ items: z.array(organisationSchema) });

const columns = ['identity', 'slug', 'name', 'createdAt'] as const;

/** `annals orgs`: the operator's key creates organisations; a key of an organisation sees only its own. */
export function organisationsCommand(context: CliContext): Command {
  const command = new Command('orgs');

  const list = command
    .command('list')
    .description('list the organisations that the API key may see');
  addConnectionOptions(list)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ annals orgs list --token-file annals-data/operator-key')
    .action(async (flags: Flags) => {
      const api = openApi(await resolveConnection(flags, context), context);
      const { items } = await api.get(organisationsSchema, '/v1/organisations');
      printTable(context, items, columns, flags.json);
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
  addConnectionOptions(create)
    .option('--json', 'print JSON')
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
      });
      printTable(context, [created], columns, flags.json && 'first');
    });
  return command;
}
