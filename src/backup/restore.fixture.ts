import { join } from 'node:path';
import { systemClock } from '../core/micros.ts';
import { accountsFile, archiveFile } from '../server/databases.ts';
import { BackupDirectory } from './backup-directory.ts';
import type { RestoreOptions } from './restore-backup.ts';

/** How the newest backup is restored, without what a test says. */
export const restoreOptions = (
  place: string,
  change: Partial<RestoreOptions> = {},
): RestoreOptions => ({
  backups: new BackupDirectory(join(place, 'backups')),
  data: join(place, 'restored'),
  databases: [accountsFile, archiveFile],
  archive: archiveFile,
  accounts: accountsFile,
  known: [],
  acceptLoss: false,
  clock: systemClock,
  signal: new AbortController().signal,
  ...change,
});
