import type { Dropped } from '../../event-store.ts';
import { noTime, type SealedLog, type SegmentDirectory } from './directory.ts';
import type { SealedInfo, SealedSegment } from './sealed-segment.ts';
import { SegmentFileWriter } from './segment-file-writer.ts';

/**
 * Writes a sealed segment anew with nothing but what proofs need, as its next version, to the path that `pathOf` names:
 * which log has which rows, leaf hashes and tree nodes. It appears there whole and on disk, or not at all. Throws
 * `corrupt` when these hashes are not what was written: without the events nobody could make them again.
 */
export function dropSealed(
  segment: SealedSegment,
  pathOf: (info: SealedInfo) => string,
): SealedInfo {
  const { number, last, rows, version } = segment.info;
  const { logs, leafHashes, nodes } = segment.file.directory();
  const info = { number, last, rows, version: version + 1, dropped: true, ...noTime };
  const file = new SegmentFileWriter(pathOf(info));
  try {
    const none = file.frames([]);
    const directory: SegmentDirectory = {
      number,
      rows,
      logs,
      parts: [],
      bodies: none,
      createdAt: none,
      recordedAt: none,
      texts: none,
      grams: none,
      salted: none,
      facets: [],
      salts: file.section(new Uint8Array()),
      leafHashes: file.section(segment.file.wholeSection('leafHashes', leafHashes)),
      nodes: file.section(segment.file.wholeSection('nodes', nodes)),
    };
    file.finish(directory, noTime);
    return info;
  } catch (error) {
    file.abandon();
    throw error;
  }
}

/** What is told of a log once a segment with it was dropped. */
export function droppedOf({ firstSequence, rows, earliest, latest }: SealedLog): Dropped {
  return { before: firstSequence + rows, earliest, latest };
}
