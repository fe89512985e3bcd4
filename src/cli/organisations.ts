import { Command } from 'commander';
import type { CliContext } from './cli-context.ts';
import { openApi } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { printTable } from './table.ts';

interface Flags extends ConnectionFlags {
  readonly json?: boolean;
}

interface CreateFlags extends Flags {
  readonly name?: string;
  readonly personalPath: readonly string[];
}

interface OrganisationResponse {
  readonly identity: string;
  readonly slug: string;
  readonly name: string;
  readonly createdAt: string;
}

const columns = ['identity', 'slug', 'name', 'createdAt'] as const;

/** `annals orgs`: needs the operator's key to make one; a key of an organisation sees its own. */
export function organisationsCommand(context: CliContext): Command {
  const command = new Command('orgs')
    .alias('organisations')
    .description('organisations of a server');

  const list = command.command('list').description('organisations this key may see');
  addConnectionOptions(list)
    .option('--json', 'answer with JSON')
    .addHelpText('after', '\nExample:\n  $ annals orgs list --token $OPERATOR_KEY')
    .action(async (flags: Flags) => {
      const api = openApi(await resolveConnection(flags, context), context);
      const { items } = await api.get<{ items: OrganisationResponse[] }>('/v1/organisations');
      printTable(context, items, columns, flags.json);
    });

  const create = command
    .command('create')
    .description('make an organisation (needs the operator’s key)')
    .argument('<slug>', 'short name: lower-case letters, digits, hyphens')
    .option('--name <name>', 'full name; the slug by default')
    .option(
      '--personal-path <path>',
      'what else is personal in its events, such as details.phone; repeatable, settled for good',
      (path: string, paths: readonly string[]) => [...paths, path],
      [],
    );
  addConnectionOptions(create)
    .option('--json', 'answer with JSON')
    .addHelpText(
      'after',
      '\nExample:\n  $ annals orgs create acme --name "Acme Ltd" --token $OPERATOR_KEY',
    )
    .action(async (slug: string, flags: CreateFlags) => {
      const api = openApi(await resolveConnection(flags, context), context);
      const made = await api.post<OrganisationResponse>('/v1/organisations', {
        slug,
        name: flags.name ?? slug,
        ...(flags.personalPath.length > 0 && { personalPaths: flags.personalPath }),
      });
      printTable(context, [made], columns, flags.json && 'first');
    });
  return command;
}
