import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { AnnalsError } from '../core/errors.ts';
import { type CliContext, Exit, exitCodes } from './cli-context.ts';
import { openApi } from './client-dependencies.ts';
import { addConnectionOptions, type ConnectionFlags, resolveConnection } from './connection.ts';
import { printable } from './table.ts';

interface Flags extends ConnectionFlags {
  readonly userIdentity: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

interface ErasureResponse {
  readonly erased: number;
  readonly alreadyErased: number;
  readonly snapshot: number;
}

/** `annals erase`: needs a key of an org-admin. */
export function eraseCommand(context: CliContext): Command {
  const command = new Command('erase')
    .description('erase what is personal in the events of a user, for good')
    .requiredOption('--user-identity <identity>', 'whose events, done or impersonated')
    .option('--yes', 'do not ask; needed where there is no terminal');
  return addConnectionOptions(command)
    .option('--json', 'answer with JSON')
    .addHelpText(
      'after',
      `
Names, e-mail addresses, network addresses, user agents and headers go, and whatever else the organisation calls
personal. The events stay, are proved as before, and show that something was erased. The erasure itself is recorded.
If it fails on the way, the same command does the rest.

Examples:
  $ annals erase --user-identity usr-noor
  $ annals erase --user-identity usr-noor --yes --json`,
    )
    .action((flags: Flags) => erase(flags, context));
}

async function erase(flags: Flags, context: CliContext): Promise<void> {
  const connection = await resolveConnection(flags, context);
  const { userIdentity } = flags;
  if (flags.yes !== true) await confirm(userIdentity, context);
  const api = openApi(connection, context);
  const answer = await api.post<ErasureResponse>('/v1/audit/erasures', { userIdentity });
  context.stdout.write(flags.json === true ? `${JSON.stringify(answer)}\n` : sentence(answer));
}

function sentence({ erased, alreadyErased, snapshot }: ErasureResponse): string {
  const before = alreadyErased === 0 ? '' : `; ${alreadyErased} were erased before`;
  return `Erased what was personal in ${erased} of ${snapshot} events${before}\n`;
}

async function confirm(userIdentity: string, context: CliContext): Promise<void> {
  const { stdin, stderr, signal } = context;
  if ((stdin as typeof stdin & { isTTY?: boolean }).isTTY !== true) {
    throw new AnnalsError(
      'invalid',
      'Cannot ask whether to erase: there is no terminal; give --yes',
    );
  }
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    const question = `What is personal in every event of ${printable(userIdentity)} will be gone for good. Type yes to erase it: `;
    const ended = once(lines, 'close').then(() => '');
    const answer = await Promise.race([lines.question(question, { signal }), ended]);
    if (answer.trim() !== 'yes') throw new Exit(exitCodes.failed, 'nothing was erased');
  } finally {
    lines.close();
  }
}
