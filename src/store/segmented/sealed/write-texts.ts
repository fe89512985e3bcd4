import { rowGroupRows } from '../log-slice.ts';
import type { SealedTextIndex } from './footer-index.ts';
import type { FrameTable } from './frame-table.ts';
import type { SegmentFileWriter } from './segment-file-writer.ts';
import { TextIndexBuilder, textBlockRows } from './text-index.ts';
import type { EncodedTexts } from './texts.ts';
import { trigramFilterOf } from './trigram-filter.ts';

/** The searchable texts of a segment in its file, and what they are found by. */
interface WrittenTexts {
  readonly texts: FrameTable;
  readonly trigramFilters: FrameTable;
  readonly textIndex?: SealedTextIndex;
}

/** A text with more bytes than a length of 16 bits can say is in no index. */
const maxTextBytes = 0xffff;

/**
 * Writes the texts of all row groups, in order. What a row group has is one piece of the file, but several frames: its
 * lengths, and then each block. So all of it can be unpacked at once, and each block by itself.
 */
export function writeTexts(
  file: SegmentFileWriter,
  groups: readonly EncodedTexts[],
  rows: number,
): WrittenTexts {
  const { whole, pieces } = file.writeJoinedFrames(groups.map(piecesOf));
  const trigramFilters = file.writeFrames(groups.map(({ texts }) => trigramFilterOf(texts)));
  const index = writeIndex(file, groups, rows, pieces);
  return { texts: whole, trigramFilters, ...(index !== undefined && { textIndex: index }) };
}

function piecesOf(group: EncodedTexts): Uint8Array[] {
  const { content, texts } = group;
  const lengths = content.subarray(0, content.length - texts.length);
  return [lengths, ...blocksOf(group)];
}

/** The texts of each block, one after the other. */
function* blocksOf({ texts, lengths }: EncodedTexts): Generator<Uint8Array> {
  let start = 0;
  for (let row = 0; row < lengths.length; row += textBlockRows) {
    const end = lengths
      .subarray(row, row + textBlockRows)
      .reduce((sum, length) => sum + length, start);
    yield texts.subarray(start, end);
    start = end;
  }
}

function writeIndex(
  file: SegmentFileWriter,
  groups: readonly EncodedTexts[],
  rows: number,
  blocks: FrameTable,
): SealedTextIndex | undefined {
  const builder = new TextIndexBuilder(Math.ceil(rows / textBlockRows));
  const lengths = new Uint16Array(rows);
  for (const [number, group] of groups.entries()) {
    const row = number * rowGroupRows;
    if (group.lengths.some((length) => length > maxTextBytes)) return undefined;
    lengths.set(group.lengths, row);
    let block = row / textBlockRows;
    for (const texts of blocksOf(group)) {
      builder.add(block, texts);
      block += 1;
    }
  }
  const buckets = builder.buckets();
  if (buckets === undefined) return undefined;
  return {
    blocks,
    lengths: file.writeSection(new Uint8Array(lengths.buffer)),
    buckets: file.writeUncompressed(buckets),
  };
}
