import { resolve } from 'node:path';
import { Command } from 'commander';
import { BackupDirectory } from '../backup/backup-directory.ts';
import { readKnownCheckpoints } from '../backup/known-checkpoints.ts';
import { logName, type Restored, restoreBackup } from '../backup/restore-backup.ts';
import { accountsFile, archiveFile } from '../server/databases.ts';
import { signingKeyFile } from '../server/signing-key.ts';
import { contents, contentsJson } from './backup.ts';
import type { CliContext } from './cli-context.ts';
import { formatCount } from './quantities.ts';
import { jsonLine, printable } from './terminal-text.ts';

interface RestoreFlags {
  readonly data?: string;
  readonly at?: string;
  readonly checkpoint?: readonly string[];
  readonly acceptLoss?: boolean;
  readonly json?: boolean;
}

/** `annals restore`: a data directory from a backup. */
export function restoreCommand(context: CliContext): Command {
  return new Command('restore')
    .argument('<directory>', 'the directory of backups')
    .option(
      '--data <directory>',
      'the data directory to create (ANNALS_DATA, default ./annals-data)',
    )
    .option('--at <backup>', 'which backup, by its name; the newest one without it')
    .option(
      '--checkpoint <file>',
      'checkpoints that were issued: kept ones, the file of an anchor, or checkpoints.db of the old data directory; may be repeated',
      (value: string, before: readonly string[] = []) => [...before, value],
    )
    .option('--accept-loss', 'restore although logs are known to have had more events')
    .option('--json', 'print a line of JSON')
    .addHelpText(
      'after',
      `
The data directory must be empty or missing. Every byte is compared with the
manifest. An interrupted restore is no data directory; run the same command
again, and it goes on.

What was recorded after the backup is lost. With --checkpoint, and with newer
backups, it is known how much: then nothing is restored without --accept-loss.
The first start records in each log that it was restored, and what is known to
be lost.

Stop the old server for good before you start the restored one. Both sign with
the same key, and two histories under one name are a fork.

Exit codes: 0 restored, 1 it failed or needs --accept-loss, 2 wrong usage,
130 interrupted.

Examples:
  $ annals restore /mnt/backups/annals --data /var/lib/annals
  $ annals restore /mnt/backups/annals --data /var/lib/annals \\
      --checkpoint /mnt/anchor/checkpoints.txt`,
    )
    .action((directory: string, flags: RestoreFlags) => restore(directory, flags, context));
}

async function restore(directory: string, flags: RestoreFlags, context: CliContext): Promise<void> {
  const { env, cwd, stdout, clock, signal } = context;
  const data = resolve(cwd, flags.data ?? (env.ANNALS_DATA || './annals-data'));
  const known = (flags.checkpoint ?? []).flatMap((file) =>
    readKnownCheckpoints(resolve(cwd, file)),
  );
  const restored = await restoreBackup({
    backups: new BackupDirectory(resolve(cwd, directory)),
    at: flags.at,
    data,
    databases: [accountsFile, archiveFile],
    archive: archiveFile,
    accounts: accountsFile,
    known,
    acceptLoss: flags.acceptLoss === true,
    clock,
    signal,
  });
  stdout.write(
    flags.json === true ? jsonLine(restoredJson(restored)) : restoredText(restored, data),
  );
}

function restoredText({ name, manifest, restoration, slugs }: Restored, data: string): string {
  const lost = restoration.lost.map(({ organisation, restored, known }) =>
    printable(
      `  ${logName(organisation, slugs)} lacks ${formatCount(known - restored)} events or more`,
    ),
  );
  const hasKey = manifest.files.some(({ file }) => file === signingKeyFile);
  return [
    contents(name, manifest),
    `  restored to ${printable(data)}: every byte is that of the manifest`,
    `  what was recorded after ${manifest.takenAt} is lost`,
    ...lost,
    ...(hasKey
      ? []
      : [`  ${signingKeyFile} is not in it: start with --signing-key and your copy of the key`]),
    '',
    'Before you start it, make sure that the old server does not run and never will:',
    'both would sign with the same key. The first start records the restore in each log.',
    '',
  ].join('\n');
}

function restoredJson({ name, manifest, restoration }: Restored): object {
  return { ...contentsJson(name, manifest), restoration };
}
