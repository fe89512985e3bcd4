import type { Micros } from '../../core/micros.ts';
import type { ExpiredRange } from '../event-store.ts';
import type { LiveFile } from './catalogue.ts';
import { DataDirectory } from './data-directory.ts';
import type { SealedLog } from './sealed/footer-index.ts';
import { SegmentFile } from './sealed/segment-file.ts';
import { readStoreFile } from './store-file.ts';

export interface ExpiredContents {
  /** For each log the range that would be dropped. */
  readonly ranges: readonly ExpiredRange[];
  /** Whether there are sealed segments that would stay, because they have younger events. */
  readonly isBounded: boolean;
}

/**
 * What would be dropped because it was recorded before an instant, of the segments that are sealed by now. It changes
 * nothing, and a server may be using the directory. Rejects with `unavailable` when the catalogue cannot be read, and with
 * `corrupt` for a damaged segment.
 */
export function expiredInDirectory(path: string, recordedBefore: Micros): ExpiredContents {
  const directory = new DataDirectory(path);
  const sealed = readStoreFile(directory).live.filter(({ kind }) => kind === 'sealed');
  const ranges = new Map<string, ExpiredRange>();
  for (const file of sealed.toSorted((one, other) => one.first - other.first)) {
    const logs = logsOf(directory, file);
    if (!logs.every(({ lastRecordedAt }) => lastRecordedAt < recordedBefore)) {
      return { ranges: [...ranges.values()], isBounded: true };
    }
    for (const { organisation, firstSequence, rows } of logs) {
      const from = ranges.get(organisation)?.from ?? firstSequence;
      ranges.set(organisation, { organisation, from, to: firstSequence + rows });
    }
  }
  return { ranges: [...ranges.values()], isBounded: false };
}

function logsOf(directory: DataDirectory, { file }: LiveFile): readonly SealedLog[] {
  const segment = new SegmentFile(directory.pathOf(file));
  try {
    return segment.footerIndex().logs;
  } finally {
    segment.close();
  }
}
