import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AnnalsError } from '../core/errors.ts';

/** The file that is in a data directory until it is wholly restored. In it is the name of the backup. */
export const unfinishedRestore = (data: string): string => join(data, 'restore-unfinished');

/** Throws `invalid` for a directory of backups, which has `sealed/` and no store. A server would put its files into it. */
export function refuseBackups(data: string): void {
  if (existsSync(join(data, 'store.db')) || !existsSync(join(data, 'sealed'))) return;
  throw new AnnalsError(
    'invalid',
    `Cannot use ${data} as a data directory: it has backups. annals restore creates a data directory from them`,
  );
}

/** Throws `corrupt` for a data directory that is restored in part. */
export function refuseUnfinishedRestore(data: string): void {
  if (!existsSync(unfinishedRestore(data))) return;
  throw new AnnalsError(
    'corrupt',
    `Cannot use ${data}: it was restored from a backup, and that has not finished. Run annals restore again`,
  );
}
