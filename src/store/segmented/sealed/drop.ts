import type { DroppedPrefix } from '../../event-store.ts';
import { emptyBounds, type FooterIndex, type SealedLog } from './footer-index.ts';
import type { SealedSegment } from './sealed-segment.ts';
import { SegmentFileWriter } from './segment-file-writer.ts';

/**
 * Writes a sealed segment again with nothing but what proofs need: which log has which rows, leaf hashes and tree nodes.
 * It appears at the path whole and on disk, or not at all. Throws `corrupt` when the hashes are not those that were
 * written: without the events nobody could compute them again.
 */
export function dropEvents(segment: SealedSegment, path: string): void {
  const { number, rows } = segment.info;
  const { logs, leafHashes, nodes } = segment.file.footerIndex();
  const file = new SegmentFileWriter(path);
  try {
    const none = file.writeFrames([]);
    const index: FooterIndex = {
      number,
      rows,
      logs,
      rowGroups: [],
      bodies: none,
      createdAt: none,
      recordedAt: none,
      texts: none,
      trigramFilters: none,
      salted: none,
      facets: [],
      salts: file.writeSection(new Uint8Array()),
      leafHashes: file.writeSection(segment.file.readWholeSection('leafHashes', leafHashes)),
      nodes: file.writeSection(segment.file.readWholeSection('nodes', nodes)),
    };
    file.finish(index, emptyBounds);
  } catch (error) {
    file.discard();
    throw error;
  }
}

/** What a log has lost, once a segment with its events was dropped. */
export function droppedPrefixOf({
  firstSequence,
  rows,
  earliest,
  latest,
}: SealedLog): DroppedPrefix {
  return { before: firstSequence + rows, earliest, latest };
}
