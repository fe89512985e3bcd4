import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { AnnalsError } from '../core/errors.ts';
import { checkSegments } from '../store/segmented/check.ts';
import { type CliContext, Exit, exitCodes } from './cli-context.ts';

interface CheckFlags {
  readonly data?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `annals check`: whether every byte of a server's sealed files is as it was written. */
export function checkCommand(context: CliContext): Command {
  return new Command('check')
    .description('compare the sealed files of a data directory with their checksums')
    .option('--data <directory>', 'the data directory (ANNALS_DATA, default ./annals-data)')
    .option('--json', 'answer with JSON')
    .option('--quiet', 'name only files that are damaged')
    .addHelpText(
      'after',
      `
Reads and changes nothing, so the server may be running. Events of the newest, still growing segments are checked by
the server itself, against the tree, each time it starts.

Exit codes: 0 all files are whole, 1 a file is damaged, 2 wrong usage.

Examples:
  $ annals check
  $ annals check --data /var/lib/annals --quiet`,
    )
    .action((flags: CheckFlags) => check(flags, context));
}

async function check(flags: CheckFlags, context: CliContext): Promise<void> {
  const { env, cwd, stdout, signal } = context;
  const data = resolve(cwd, flags.data ?? (env.ANNALS_DATA || './annals-data'));
  await stat(join(data, 'segments')).catch(() => {
    throw new AnnalsError('invalid', `Cannot check ${data}: it is no data directory of a server`);
  });
  const damaged: { file: string; problem: string }[] = [];
  let files = 0;
  for await (const { file, entries, problem } of checkSegments(data)) {
    signal.throwIfAborted();
    files += 1;
    if (problem !== undefined) damaged.push({ file, problem });
    if (flags.json === true || (flags.quiet === true && problem === undefined)) continue;
    stdout.write(`${file}  ${problem ?? `${entries.toLocaleString('en')} entries, whole`}\n`);
  }
  if (flags.json === true) stdout.write(`${JSON.stringify({ files, damaged })}\n`);
  else if (flags.quiet !== true && files === 0) stdout.write('No segment is sealed yet\n');
  if (damaged.length === 0) return;
  const noun = damaged.length === 1 ? 'file is' : 'files are';
  throw new Exit(exitCodes.failed, `${damaged.length} of ${files} ${noun} damaged`);
}
