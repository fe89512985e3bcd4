import type { DroppedPrefix } from '../../event-store.ts';
import { emptyBounds, type FooterIndex, type SealedLog } from './footer-index.ts';
import type { SealedInfo, SealedSegment } from './sealed-segment.ts';
import { SegmentFileWriter } from './segment-file-writer.ts';

/**
 * Writes a sealed segment anew with nothing but what proofs need, as its next version, to the path that `pathOf` names:
 * which log has which rows, leaf hashes and tree nodes. It appears there whole and on disk, or not at all. Throws
 * `corrupt` when these hashes are not what was written: without the events nobody could make them again.
 */
export function dropEvents(
  segment: SealedSegment,
  pathOf: (info: SealedInfo) => string,
): SealedInfo {
  const { number, last, rows, revision } = segment.info;
  const { logs, leafHashes, nodes } = segment.file.footerIndex();
  const info = { number, last, rows, revision: revision + 1, dropped: true, ...emptyBounds };
  const file = new SegmentFileWriter(pathOf(info));
  try {
    const none = file.writeFrames([]);
    const directory: FooterIndex = {
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
      salts: file.writeSection(new Uint8Array()),
      leafHashes: file.writeSection(segment.file.readWholeSection('leafHashes', leafHashes)),
      nodes: file.writeSection(segment.file.readWholeSection('nodes', nodes)),
    };
    file.finish(directory, emptyBounds);
    return info;
  } catch (error) {
    file.discard();
    throw error;
  }
}

/** What is told of a log once a segment with it was dropped. */
export function droppedPrefixOf({
  firstSequence,
  rows,
  earliest,
  latest,
}: SealedLog): DroppedPrefix {
  return { before: firstSequence + rows, earliest, latest };
}
