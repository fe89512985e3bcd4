import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { z } from 'zod';
import { AnnalsError } from '../core/errors.ts';
import { type CliContext, Exit, exitCodes } from './cli-context.ts';
import { openApi } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { counted, formatCount } from './quantities.ts';
import { jsonLine, printable } from './terminal-text.ts';

interface Flags extends ConnectionFlags {
  readonly userIdentity: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const erasureSchema = z.looseObject({
  events: z.number(),
  erased: z.number(),
  alreadyErased: z.number(),
  snapshot: z.number(),
  dryRun: z.boolean().exactOptional(),
});
type Erasure = z.infer<typeof erasureSchema>;

/** `annals erase`: needs the API key of an org-admin. */
export function eraseCommand(context: CliContext): Command {
  const command = new Command('erase')
    .requiredOption('--user-identity <identity>', 'the user: as actor, or as impersonator')
    .option('--dry-run', 'only say what would be erased')
    .option('--yes', 'do not ask for confirmation; needed without a terminal');
  return addConnectionOptions(command)
    .option('--json', 'print a line of JSON')
    .addHelpText(
      'after',
      `
Erases names, e-mail addresses, network addresses, user agents, headers, and the
other personal fields of the organisation. The events stay, can still be proved,
and show that something was erased. The erasure itself is recorded. After a
failure the same command does the rest. It exits with 2 when the log has no
event of such a user.

Examples:
  $ annals erase --user-identity usr-noor --dry-run
  $ annals erase --user-identity usr-noor
  $ annals erase --user-identity usr-noor --yes --json`,
    )
    .action((flags: Flags) => erase(flags, context));
}

async function erase(flags: Flags, context: CliContext): Promise<void> {
  const connection = await resolveConnection(flags, context);
  const { userIdentity, dryRun } = flags;
  if (flags.yes !== true && dryRun !== true) await confirm(userIdentity, context);
  const api = openApi(connection, context);
  const response = await api.post(erasureSchema, '/v1/audit/erasures', {
    userIdentity,
    ...(dryRun === true && { dryRun }),
  });
  if (dryRun === true && response.dryRun !== true) {
    throw new AnnalsError('corrupt', 'The server did not confirm that it was a dry run');
  }
  context.stdout.write(flags.json === true ? jsonLine(response) : sentence(response));
  if (response.events > 0) return;
  throw new Exit(
    exitCodes.usage,
    `nothing was erased: no event has the userIdentity or impersonatorIdentity ${userIdentity}. Is it spelled as in the events?`,
  );
}

function sentence({ erased, alreadyErased, snapshot, dryRun }: Erasure): string {
  const did = dryRun === true ? 'Would erase' : 'Erased';
  const before = alreadyErased === 0 ? '' : `; ${formatCount(alreadyErased)} were erased before`;
  return `${did} what was personal in ${formatCount(erased)} of ${counted(snapshot, 'event')}${before}\n`;
}

async function confirm(userIdentity: string, context: CliContext): Promise<void> {
  const { stdin, stderr, signal } = context;
  if ((stdin as typeof stdin & { isTTY?: boolean }).isTTY !== true) {
    throw new AnnalsError(
      'invalid',
      'Cannot ask for confirmation: there is no terminal. Give --yes to erase without it',
    );
  }
  const lines = createInterface({ input: stdin, output: stderr, terminal: false });
  try {
    const prompt = `The personal fields in all events of ${printable(userIdentity)} will be erased for ever. Type yes to erase them: `;
    const ended = once(lines, 'close').then(() => '');
    const typed = await Promise.race([lines.question(prompt, { signal }), ended]);
    if (typed.trim() !== 'yes') throw new Exit(exitCodes.failed, 'nothing was erased');
  } finally {
    lines.close();
  }
}
