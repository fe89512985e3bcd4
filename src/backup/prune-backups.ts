import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/errors.ts';
import type { BackupDirectory } from './backup-directory.ts';
import { syncDirectory } from './copy-file.ts';

export interface Pruned {
  /** The names of the backups that were removed. */
  readonly removed: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Removes all backups but the newest ones, and then what no backup needs. A backup loses its manifest first, so one that
 * is half removed does not count. Sealed files stay as long as there is a manifest that cannot be read: it may need them.
 * The directory is locked.
 */
export function pruneBackups(backups: BackupDirectory, keep = Number.POSITIVE_INFINITY): Pruned {
  const names = backups.names();
  const removed = names.slice(0, Math.max(0, names.length - keep));
  for (const name of removed) {
    rmSync(backups.manifestPath(name));
    syncDirectory(join(backups.path, name));
    rmSync(join(backups.path, name), { recursive: true });
  }
  try {
    const needed = new Set(
      backups.names().flatMap((name) => backups.manifest(name).files.map(({ stored }) => stored)),
    );
    for (const stored of backups.sealedFiles()) {
      if (!needed.has(stored)) rmSync(backups.pathOf(stored));
    }
    return { removed, warnings: [] };
  } catch (error) {
    return { removed, warnings: [`No file is removed: ${messageOf(error)}`] };
  }
}
