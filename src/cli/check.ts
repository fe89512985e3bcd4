import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { archiveProblem } from '../ledger/checkpoints/sqlite/check-copy.ts';
import { refuseUnfinishedRestore } from '../runtime/unfinished-restore.ts';
import { archiveFile, databases, newestCheckpointsFile } from '../server/databases.ts';
import { type CheckedFile, checkDataDirectory } from '../store/segmented/check.ts';
import { type CliContext, Exit, exitCodes } from './cli-context.ts';
import { jsonLine, printable, showsStyles, writeStyled } from './terminal-text.ts';

interface CheckFlags {
  readonly data?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What can be wrong with a file, in the order of the summary. */
const kinds = ['damaged', 'missing', 'replaced', 'unknown'] as const;

/** `annals check`: whether all files of a server are there, and every byte of the sealed ones is as it was written. */
export function checkCommand(context: CliContext): Command {
  return new Command('check')
    .option('--data <directory>', 'the data directory (ANNALS_DATA, default ./annals-data)')
    .option('--json', 'print a line of JSON')
    .option('--quiet', 'print only files with a problem')
    .addHelpText(
      'after',
      `
Names each file that is damaged, missing, replaced by another, or unknown: in
the directories of the store, but not in the catalogue. Of a database only the
identity is compared. The server itself checks the newest events against the
tree each time it starts.

It changes nothing, so the server may be running.

Exit codes: 0 nothing is wrong, 1 something is wrong with a file, 2 wrong usage.

Examples:
  $ annals check
  $ annals check --data /var/lib/annals --quiet`,
    )
    .action((flags: CheckFlags) => check(flags, context));
}

async function check(flags: CheckFlags, context: CliContext): Promise<void> {
  const { env, cwd, stdout, signal } = context;
  const data = resolve(cwd, flags.data ?? (env.ANNALS_DATA || './annals-data'));
  if (!['store.db', 'segments'].some((name) => existsSync(join(data, name)))) {
    throw new AnnalsError(
      'invalid',
      `Cannot check ${data}: it is not the data directory of a server`,
    );
  }
  refuseUnfinishedRestore(data);
  const wrong = { damaged: [], missing: [], replaced: [], unknown: [] } as Record<
    (typeof kinds)[number],
    { file: string; problem: string }[]
  >;
  let [files, sealed] = [0, 0];
  for await (const { file, entries, kind, problem } of checkFiles(data)) {
    signal.throwIfAborted();
    files += 1;
    if (entries !== undefined) sealed += 1;
    if (kind !== undefined && problem !== undefined) wrong[kind].push({ file, problem });
    if (flags.json === true || (flags.quiet === true && problem === undefined)) continue;
    stdout.write(`${printable(file)}  `);
    const style = problem !== undefined && showsStyles(stdout, env) ? 'bad' : undefined;
    writeStyled(stdout, printable(problem ?? wholeness(entries)), style);
    stdout.write('\n');
  }
  if (flags.json === true) stdout.write(jsonLine({ files, ...wrong }));
  else if (flags.quiet !== true && sealed === 0) stdout.write('No segment is sealed yet\n');
  const found = kinds.filter((kind) => wrong[kind].length > 0);
  if (found.length === 0) return;
  const counts = found.map((kind, nth) => {
    const { length } = wrong[kind];
    const noun = length === 1 ? 'file is' : 'files are';
    return nth === 0 ? `${length} of ${files} ${noun} ${kind}` : `${length} ${kind}`;
  });
  throw new Exit(exitCodes.failed, counts.join(', '));
}

/** Everything in the directory, and at the end whether the archive has the checkpoints that its copy has. */
async function* checkFiles(data: string): AsyncIterable<CheckedFile> {
  yield* checkDataDirectory(data, databases);
  const problem = compareCopy(data);
  if (problem !== undefined) yield { file: archiveFile, kind: 'damaged', problem };
}

function compareCopy(data: string): string | undefined {
  try {
    return archiveProblem(join(data, archiveFile), join(data, newestCheckpointsFile));
  } catch (error) {
    return `cannot be compared with ${newestCheckpointsFile}: ${messageOf(error)}`;
  }
}

function wholeness(entries: number | undefined): string {
  return entries === undefined ? 'there' : `${entries.toLocaleString('en')} entries, whole`;
}
