import { hashBytes } from '../../integrity/hash.ts';
import { readDatabase } from '../../runtime/database-identity.ts';
import { CommitLogReader, type LogEnd } from './active/commit-log-reader.ts';
import type { FileKind } from './catalogue.ts';
import { SegmentFile } from './sealed/segment-file.ts';

/** Leaf hashes of consecutive events of one log. */
export interface LeafRun {
  readonly organisation: string;
  /** The sequence of the first event. */
  readonly first: number;
  /** 32 bytes for each event. */
  readonly hashes: Uint8Array;
}

/**
 * The leaf hashes in a file of a segment, wherever the file is: also of events that were dropped. Nobody has the file
 * open. Throws `corrupt` when it is damaged.
 */
export function leafRunsIn(path: string, kind: Exclude<FileKind, 'ids'>): readonly LeafRun[] {
  if (kind === 'active') {
    return readDatabase(path, (database) => [...new CommitLogReader(database).leaves()]);
  }
  const file = new SegmentFile(path);
  try {
    const { logs, leafHashes } = file.footerIndex();
    const hashes = file.readWholeSection('leaf hashes', leafHashes);
    return logs.map(({ organisation, firstSequence, firstRow, rows }) => ({
      organisation,
      first: firstSequence,
      hashes: hashes.subarray(firstRow * hashBytes, (firstRow + rows) * hashBytes),
    }));
  } finally {
    file.close();
  }
}

/** The ends of all logs, as the newest database of events has them. Nobody has the file open. */
export function logEndsIn(path: string): readonly LogEnd[] {
  return readDatabase(path, (database) => new CommitLogReader(database).logs());
}
