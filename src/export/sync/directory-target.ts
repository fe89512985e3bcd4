import { formatDay } from '../../core/micros.ts';
import type { Disk } from '../disk.ts';
import type { Entry } from '../stages.ts';
import { CommittedFiles, type FileSizes } from './committed-files.ts';
import type { SyncTarget } from './sync.ts';

/** Appends events to `audit-logs-2026-06-01.ndjson`, one file for each day (UTC) on which they happened, as they come. */
export function directoryTarget(
  disk: Disk,
  directory: string,
  sizes: FileSizes,
  textOf: (entry: Entry) => string,
): SyncTarget {
  const files = new CommittedFiles(disk, directory, sizes);
  return {
    async deliver(entries) {
      await disk.createDirectory(directory);
      const days = Map.groupBy(entries, ({ at }) => `audit-logs-${formatDay(at)}.ndjson`);
      for (const [name, group] of days) {
        const lines = group.map((entry) => `${textOf(entry)}\n`).join('');
        await files.append(name, Buffer.from(lines));
      }
    },
    async flush() {
      await files.sync();
      return files.sizes;
    },
  };
}
