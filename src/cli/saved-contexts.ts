import { Command, Option } from 'commander';
import { parseKey } from '../access/key.ts';
import { AnnalsError } from '../core/errors.ts';
import type { CliContext } from './cli-context.ts';
import { readConfig, writeConfig } from './config.ts';
import type { SavedContext } from './config-schema.ts';
import { checkAddress } from './connection.ts';
import { secretOptions } from './secrets.ts';
import { printRows } from './table.ts';
import { printable } from './terminal-text.ts';

interface SetFlags {
  readonly api?: string;
  readonly token?: string;
  readonly organisation?: string;
}

interface ListFlags {
  readonly json?: boolean;
  readonly values?: 'contexts' | 'organisations';
}

/** `annals context`: saves servers and keys, in a file that only its owner can read. */
export function contextsCommand(context: CliContext): Command {
  const command = new Command('context');

  const set = command
    .command('set')
    .description('save a context, or change parts of it, and use it from now on')
    .argument('<context>', 'its name')
    .option('--api <url>', 'the server')
    .option('-O, --organisation <name>', 'identity or slug')
    .addHelpText(
      'after',
      '\nExample:\n  $ annals context set prod --api https://audit.example.org \\\n      --token-file prod.key',
    )
    .action(async (name: string, { api, token, organisation }: SetFlags) => {
      if (api !== undefined) checkAddress(api, `save ${name}`);
      const config = await readConfig(context);
      const changed: SavedContext = {
        ...(Object.hasOwn(config.contexts, name) && config.contexts[name]),
        ...(api !== undefined && { api }),
        ...(token !== undefined && { key: token }),
        ...(organisation !== undefined && { organisation }),
      };
      const contexts = { ...config.contexts, [name]: changed };
      await writeConfig(context, { current: name, contexts });
      context.stdout.write(`Saved ${name}; it is used from now on\n`);
    });

  for (const option of secretOptions('--token', 'the API key')) set.addOption(option);

  command
    .command('list')
    .description('list saved contexts, without their keys')
    .option('--json', 'print a line of JSON for each')
    // For completion: plain values, one a line.
    .addOption(new Option('--values <what>').choices(['contexts', 'organisations']).hideHelp())
    .addHelpText('after', '\nExample:\n  $ annals context list')
    .action(async ({ json, values }: ListFlags) => {
      const { current, contexts } = await readConfig(context);
      if (values !== undefined) {
        const organisations = Object.values(contexts).map(({ organisation }) => organisation);
        const all = values === 'contexts' ? Object.keys(contexts) : organisations;
        for (const value of new Set(all)) if (value) context.stdout.write(`${printable(value)}\n`);
        return;
      }
      const rows = Object.entries(contexts).map(([name, { api, key, organisation }]) => ({
        name,
        current: name === current ? 'yes' : '',
        api: api ?? '',
        organisation: organisation ?? '',
        key: key === undefined ? '' : shortened(key),
      }));
      await printRows(
        context,
        rows,
        [
          { title: 'NAME', text: ({ name }) => name },
          { title: 'IN USE', text: ({ current: used }) => used },
          { title: 'SERVER', text: ({ api }) => api, least: 20 },
          { title: 'ORGANISATION', text: ({ organisation }) => organisation, least: 8 },
          { title: 'KEY', text: ({ key }) => key },
        ],
        { json, nothing: 'No context is saved: annals context set <name> saves one' },
      );
    });

  command
    .command('use')
    .description('use a saved context from now on')
    .argument('<context>', 'its name')
    .addHelpText('after', '\nExample:\n  $ annals context use prod')
    .action(async (name: string) => {
      const config = await readConfig(context);
      requireSaved(config.contexts, name);
      await writeConfig(context, { ...config, current: name });
      context.stdout.write(`${name} is used from now on\n`);
    });

  command
    .command('remove')
    .description('delete a saved context')
    .argument('<context>', 'its name')
    .addHelpText('after', '\nExample:\n  $ annals context remove old')
    .action(async (name: string) => {
      const { current, contexts } = await readConfig(context);
      requireSaved(contexts, name);
      const { [name]: _removed, ...rest } = contexts;
      const keepCurrent = current !== undefined && current !== name;
      await writeConfig(context, { ...(keepCurrent && { current }), contexts: rest });
      context.stdout.write(`${name} is forgotten\n`);
    });
  return command;
}

/** The id of a key. Nothing of any other credential, because we do not know which part of it is secret. */
function shortened(key: string): string {
  const id = parseKey(key)?.id;
  return id === undefined ? '…' : `annals_${id}_…`;
}

function requireSaved(contexts: Readonly<Record<string, SavedContext>>, name: string): void {
  if (Object.hasOwn(contexts, name)) return;
  const known = Object.keys(contexts).join(', ') || 'none';
  throw new AnnalsError(
    'invalid',
    `Cannot find the context ${name}: it is not saved (saved: ${known})`,
  );
}
