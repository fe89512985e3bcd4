import { Command } from 'commander';
import { z } from 'zod';
import { AnnalsError } from '../core/errors.ts';
import type { CliContext } from './cli-context.ts';
import { openApi } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { localTimeOf } from './event-columns.ts';
import { keyState } from './key-state.ts';
import { columnsOf, jsonLine, printable, showsStyles, writeStyled } from './terminal-text.ts';

const meSchema = z.looseObject({
  version: z.string(),
  organisation: z
    .looseObject({ identity: z.string(), slug: z.string(), name: z.string() })
    .exactOptional(),
  key: z.looseObject({
    id: z.string(),
    name: z.string(),
    role: z.string(),
    createdAt: z.string(),
    createdBy: z.string().exactOptional(),
    expiresAt: z.string().exactOptional(),
  }),
  permissions: z.array(z.string()),
});
type Me = z.output<typeof meSchema>;

/** `annals whoami`: for every key, the operator's too. */
export function whoamiCommand(context: CliContext): Command {
  return addConnectionOptions(new Command('whoami'))
    .option('--json', 'print a line of JSON')
    .addHelpText('after', '\nExamples:\n  $ annals whoami\n  $ annals whoami --context prod --json')
    .action(async (flags: ConnectionFlags & { readonly json?: boolean }) => {
      const connection = await resolveConnection(flags, context);
      const me = await getMe(openApi(connection, context));
      if (flags.json === true) context.stdout.write(jsonLine({ api: connection.api, ...me }));
      else printMe(connection.api, me, context);
    });
}

async function getMe(api: ReturnType<typeof openApi>): Promise<Me> {
  try {
    return await api.get(meSchema, '/v1/me');
  } catch (error) {
    if (!(error instanceof AnnalsError) || !error.message.includes('There is no /v1/me')) {
      throw error;
    }
    throw new AnnalsError(
      error.code,
      'Cannot say who you are: the server is older than this command',
      {
        cause: error,
      },
    );
  }
}

function printMe(api: string, me: Me, context: CliContext): void {
  const { organisation, key, permissions } = me;
  const { stdout, env, clock } = context;
  const hasStyles = showsStyles(stdout, env);
  const state = keyState(key, clock(), (instant) => timeText(instant, context));
  const creator = key.createdBy === undefined ? '' : ` by ${key.createdBy}`;
  const line = (title: string, text: string, style?: Parameters<typeof writeStyled>[2]) => {
    writeStyled(stdout, title.padEnd(14), hasStyles ? 'title' : undefined);
    writeStyled(stdout, printable(text), hasStyles ? style : undefined);
    stdout.write('\n');
  };
  line('server', `${api}, Annals ${me.version}`);
  line(
    'organisation',
    organisation === undefined
      ? 'none: it is the operator’s key'
      : `${organisation.slug}, ${organisation.name} (${organisation.identity})`,
  );
  line('key', `${key.name} (${key.id})`);
  line('created', `${timeText(key.createdAt, context)}${creator}`);
  line('validity', state.text, state.style);
  line('role', key.role);
  const byResource = Map.groupBy(permissions, (permission) => permission.split(':')[0] ?? '');
  for (const [nth, [resource, all]] of [...byResource].entries()) {
    const verbs = all.map((permission) => permission.slice(resource.length + 1)).join(', ');
    line(nth === 0 ? 'may' : '', `${resource}: ${verbs}`);
  }
}

/** `2026-12-12T08:14:03Z`, on a terminal with the local time. */
function timeText(instant: string, { stdout, timeZone = 'UTC' }: CliContext): string {
  const utc = `${instant.slice(0, 19)}Z`;
  if (columnsOf(stdout) === undefined || timeZone === 'UTC') return utc;
  return `${utc} (${localTimeOf(instant, timeZone)} ${timeZone})`;
}
