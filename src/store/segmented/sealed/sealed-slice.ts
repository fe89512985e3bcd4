import type { Packing, Range, StoredEvent } from '../../event-store.ts';
import {
  type Codes,
  type LogSlice,
  type RowGroup,
  type RowLines,
  rowGroupRows,
  type TextBlock,
  type TimeBounds,
  type ValueCounts,
  type ValueDictionary,
} from '../log-slice.ts';
import { emptyBounds } from './footer-index.ts';
import type { LogLocation } from './log-locations.ts';
import type { SealedSegment } from './sealed-segment.ts';
import { hasBlock, textBlockRows } from './text-index.ts';
import { mayContain } from './trigram-filter.ts';

/**
 * One log's events in a sealed segment. The bounds of the segment are known without reading, and hold for every log in
 * it. Everything else is read when it is needed.
 */
export class SealedSlice implements LogSlice {
  readonly log: number;
  readonly earliest: number;
  readonly latest: number;
  readonly values: ValueDictionary;
  readonly #segment: SealedSegment;
  /** Where the log is in the segment, once it was looked for. */
  #found: { readonly log: LogLocation | undefined } | undefined;

  constructor(log: number, segment: SealedSegment, values: ValueDictionary) {
    this.log = log;
    this.earliest = segment.info.earliest;
    this.latest = segment.info.latest;
    this.values = values;
    this.#segment = segment;
  }

  get segment(): number {
    return this.#segment.info.number;
  }

  get range(): Range {
    const log = this.#location;
    return log === undefined ? { from: 0, to: 0 } : rangeOf(log.firstSequence, log.rows);
  }

  bounds(): TimeBounds {
    return this.#location ?? emptyBounds;
  }

  get lastRecordedAt(): number {
    return this.#location?.lastRecordedAt ?? Number.NEGATIVE_INFINITY;
  }

  get rowGroups(): RowGroup[] {
    const log = this.#location;
    if (log === undefined) return [];
    const { rowGroups } = this.#segment.footerSummary;
    const first = Math.floor(log.firstRow / rowGroupRows);
    const last = Math.floor((log.firstRow + log.rows - 1) / rowGroupRows);
    return rowGroups
      .slice(first, last + 1)
      .map((bounds, nth) => new SealedRowGroup(this.#segment, log, first + nth, bounds));
  }

  valueCounts(facet: number): ValueCounts | undefined {
    return this.#location === undefined ? undefined : this.#segment.valueCounts(facet, this.log);
  }

  events(rows: readonly number[]): StoredEvent[] {
    const log = this.#location;
    return log === undefined ? [] : this.#segment.events(rows, log);
  }

  lines(rows: Uint32Array, maxBytes: number, packing: Packing): RowLines {
    return packing === 'plain'
      ? this.#segment.lines(rows, maxBytes)
      : this.#segment.compressedLines(rows, maxBytes);
  }

  leafHashes(sequences: Range): Uint8Array[] {
    const log = this.#location;
    if (log === undefined) return [];
    const { firstRow, firstSequence, rows } = log;
    const from = Math.max(sequences.from, firstSequence);
    const to = Math.min(sequences.to, firstSequence + rows);
    return from < to ? [this.#segment.leafHashes(firstRow + from - firstSequence, to - from)] : [];
  }

  node(level: number, index: number): Uint8Array | undefined {
    const log = this.#location;
    if (log === undefined) return undefined;
    const { firstSequence: from, firstNode, rows } = log;
    const to = from + rows;
    let position = firstNode;
    for (let lower = 8; lower < level; lower += 8) {
      position += completedNodes(to, lower) - completedNodes(from, lower);
    }
    const first = completedNodes(from, level);
    if (index < first || index >= completedNodes(to, level)) return undefined;
    return this.#segment.node(position + index - first);
  }

  get #location(): LogLocation | undefined {
    this.#found ??= { log: this.#segment.logLocation(this.log) };
    return this.#found.log;
  }
}

/** How many nodes of a level a log of this size has. */
function completedNodes(size: number, level: number): number {
  return Math.floor(size / 2 ** level);
}

function rangeOf(from: number, length: number): Range {
  return { from, to: from + length };
}

/** A text that is in no more blocks of a log is rare: all of them are unpacked together. */
const maxReadAhead = 64;

/** The blocks of a bitmap that have some of these rows. */
function blocksOf(found: Uint8Array, firstRow: number, rows: number): number[] {
  const last = Math.floor((firstRow + rows - 1) / textBlockRows);
  const blocks: number[] = [];
  for (let block = Math.floor(firstRow / textBlockRows); block <= last; block += 1) {
    if (hasBlock(found, block)) blocks.push(block);
  }
  return blocks;
}

class SealedRowGroup implements RowGroup {
  readonly logs = undefined;
  readonly sequences = undefined;
  readonly rows: number;
  readonly firstRow: number;
  readonly earliest: number;
  readonly latest: number;
  readonly range: Range;
  readonly #segment: SealedSegment;
  readonly #log: LogLocation;
  /** Its number in the segment, and where in it the log's rows begin and end. */
  readonly #rowGroup: number;
  readonly #begin: number;
  readonly #end: number;

  constructor(segment: SealedSegment, log: LogLocation, rowGroup: number, bounds: TimeBounds) {
    this.#segment = segment;
    this.#log = log;
    this.#rowGroup = rowGroup;
    const groupStart = rowGroup * rowGroupRows;
    this.firstRow = Math.max(log.firstRow, groupStart);
    this.rows = Math.min(log.firstRow + log.rows, groupStart + rowGroupRows) - this.firstRow;
    this.#begin = this.firstRow - groupStart;
    this.#end = this.#begin + this.rows;
    this.earliest = Math.max(bounds.earliest, log.earliest);
    this.latest = Math.min(bounds.latest, log.latest);
    this.range = rangeOf(log.firstSequence + this.firstRow - log.firstRow, this.rows);
  }

  createdAt(): Float64Array {
    return this.#segment.createdAt(this.#rowGroup).subarray(this.#begin, this.#end);
  }

  recordedAt(): Float64Array {
    return this.#segment.recordedAt(this.#rowGroup).subarray(this.#begin, this.#end);
  }

  codes(facet: number): Codes {
    return this.#segment.codes(facet, this.#rowGroup).subarray(this.#begin, this.#end);
  }

  mayContain(text: Uint8Array): boolean {
    const found = this.#segment.textBlocksWith(text);
    if (found === undefined) return mayContain(this.#segment.trigramFilter(this.#rowGroup), text);
    return blocksOf(found, this.firstRow, this.rows).length > 0;
  }

  textBlocks(text: Uint8Array): readonly TextBlock[] {
    const found = this.#segment.textBlocksWith(text);
    if (found === undefined) return [this.#allTexts()];
    const blocks = blocksOf(found, this.firstRow, this.rows);
    // One frame after the other, all texts are unpacked in less time than blocks that are cut out of each other.
    if (blocks.length * textBlockRows * 2 > this.rows) return [this.#allTexts()];
    const inLog = blocksOf(found, this.#log.firstRow, this.#log.rows);
    const others = inLog.length > maxReadAhead ? [] : inLog;
    return this.#segment.textBlocks(blocks, others).map(({ bytes, ends }, nth) => {
      const firstRow = blocks[nth]! * textBlockRows - this.firstRow;
      return { firstRow, bytes, start: 0, ends };
    });
  }

  #allTexts(): TextBlock {
    const { bytes, ends } = this.#segment.texts(this.#rowGroup);
    const start = this.#begin === 0 ? 0 : ends[this.#begin - 1]!;
    return { firstRow: 0, bytes, start, ends: ends.subarray(this.#begin, this.#end) };
  }
}
