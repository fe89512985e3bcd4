import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { BackupDirectory } from '../backup/backup-directory.ts';
import type { BackupManifest } from '../backup/backup-manifest.ts';
import { type TakenBackup, takeBackup } from '../backup/take-backup.ts';
import { type VerifiedBackup, verifyBackups } from '../backup/verify-backups.ts';
import { AnnalsError } from '../core/errors.ts';
import { accountsFile, archiveFile } from '../server/databases.ts';
import { signingKeyFile } from '../server/signing-key.ts';
import { version } from '../server/version.ts';
import { type CliContext, Exit, exitCodes } from './cli-context.ts';
import { counted, formatBytes, formatCount } from './quantities.ts';
import { openStatusLine } from './status-line.ts';
import { jsonLine, printable } from './terminal-text.ts';

interface BackupFlags {
  readonly data?: string;
  readonly keep?: number;
  readonly verify?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `annals backup`: copies a data directory while a server uses it; or reads backups and compares them with their manifests. */
export function backupCommand(context: CliContext): Command {
  return new Command('backup')
    .argument('<directory>', 'the directory of backups; created when it is missing')
    .option('--data <directory>', 'the data directory (ANNALS_DATA, default ./annals-data)')
    .option('--keep <n>', 'remove all backups but the newest n, this one included', parseKeep)
    .addOption(
      new Option('--verify', 'read the backups there in place of adding one').conflicts([
        'data',
        'keep',
      ]),
    )
    .option('--json', 'print a line of JSON for each backup')
    .option('--quiet', 'print nothing unless something is wrong')
    .addHelpText(
      'after',
      `
A backup has everything that was acknowledged before it began. What is sealed in
the data directory is copied once, for all backups; the rest is copied each
time. What was written is read again and compared, and the tree of each log must
lead to its root. An interrupted backup does not count; run the command again.

A backup has the personal fields of its events, and signing-key.pem if that is
in the data directory: keep it as safe as the server. It does not have the
operator's key. What is erased or dropped on the server stays in older backups,
until --keep removes them.

Run it as the user of the server, or as root.

Exit codes: 0 complete, 1 it failed or something is wrong with a backup,
2 wrong usage, 130 interrupted.

Examples:
  $ annals backup /mnt/backups/annals --data /var/lib/annals --keep 14
  $ annals backup --verify /mnt/backups/annals`,
    )
    .action((directory: string, flags: BackupFlags) =>
      flags.verify === true
        ? verify(resolve(context.cwd, directory), flags, context)
        : backup(resolve(context.cwd, directory), flags, context),
    );
}

function parseKeep(text: string): number {
  const keep = Number(text);
  if (/^[1-9]\d{0,8}$/.test(text)) return keep;
  throw new InvalidArgumentError('It must be a whole number, 1 or more.');
}

async function backup(directory: string, flags: BackupFlags, context: CliContext): Promise<void> {
  const { env, cwd, stdout, stderr, clock, signal } = context;
  const data = resolve(cwd, flags.data ?? (env.ANNALS_DATA || './annals-data'));
  const status = openStatusLine(stderr, clock, flags.quiet === true);
  const taken = await takeBackup({
    data,
    dataFiles: { archive: archiveFile, accounts: accountsFile, signingKey: signingKeyFile },
    directory,
    keep: flags.keep,
    version,
    clock,
    signal,
    onCopy: (file) => status.show(() => `copying ${file}`),
  }).finally(() => status.end());
  for (const warning of taken.warnings) stderr.write(`${warning}\n`);
  if (flags.json === true) stdout.write(jsonLine(takenJson(taken)));
  else if (flags.quiet !== true) stdout.write(takenText(taken));
}

function takenText({ name, manifest, copied, reused, removed }: TakenBackup): string {
  const hasKey = manifest.files.some(({ file }) => file === signingKeyFile);
  return [
    contents(name, manifest),
    `  copied ${counted(copied.files, 'file')}, ${formatBytes(copied.bytes)}; ${formatCount(reused)} of older backups are used again`,
    '  verified: all bytes that were written, and the tree of each log',
    hasKey
      ? `  it has ${signingKeyFile}: anybody who reads it can sign for this server`
      : `  ${signingKeyFile} is not in it: keep a copy of the key that signs elsewhere`,
    ...removed.map((old) => `  removed ${old}`),
    '',
  ].join('\n');
}

function takenJson({ name, manifest, ...taken }: TakenBackup): object {
  return { ...contentsJson(name, manifest), ...taken };
}

async function verify(directory: string, flags: BackupFlags, context: CliContext): Promise<void> {
  const { stdout, signal } = context;
  const backups = new BackupDirectory(directory);
  if (!existsSync(directory) || backups.names().length === 0) {
    throw new AnnalsError('invalid', `Cannot verify ${directory}: there is no backup in it`);
  }
  let [all, wrong] = [0, 0];
  const problems = new Set<string>();
  for await (const verified of verifyBackups({ backups, archive: archiveFile, signal })) {
    all += 1;
    if (verified.problems.length > 0) wrong += 1;
    if (flags.json === true) stdout.write(jsonLine(verifiedJson(verified)));
    else if (flags.quiet !== true || verified.problems.length > 0) {
      stdout.write(verifiedText(verified));
    }
    for (const { file, problem } of verified.problems) problems.add(file ?? problem);
  }
  if (wrong === 0) return;
  const message = `${wrong} of ${counted(all, 'backup')} cannot be restored: ${counted(problems.size, 'problem')}`;
  throw new Exit(exitCodes.failed, message);
}

function verifiedText({ name, manifest, problems }: VerifiedBackup): string {
  const lines = problems.map(({ file, problem }) =>
    printable(`  ${file === undefined ? problem : `${file} ${problem}`}`),
  );
  const first = manifest === undefined ? `Backup ${name}` : contents(name, manifest);
  return `${[first, ...(lines.length === 0 ? ['  whole'] : lines)].join('\n')}\n`;
}

function verifiedJson({ name, manifest, problems }: VerifiedBackup): object {
  return {
    ...(manifest === undefined ? { name } : contentsJson(name, manifest)),
    whole: problems.length === 0,
    problems,
  };
}

/** What is in a backup, in a line. */
export function contents(name: string, { files, logs }: BackupManifest): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const events = logs.reduce((sum, { size }) => sum + size, 0);
  return `Backup ${name}: ${counted(logs.length, 'log')}, ${counted(events, 'event')}, ${formatBytes(bytes)}`;
}

/** The same for programs. */
export function contentsJson(name: string, manifest: BackupManifest): object {
  const { beganAt, takenAt, installation, files, logs } = manifest;
  return {
    name,
    beganAt,
    takenAt,
    installation,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    logs: logs.map(({ organisation, size, root }) => ({ organisation, size, root })),
  };
}
