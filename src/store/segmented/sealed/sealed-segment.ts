import { facets } from '../../../core/facets.ts';
import { releaseBuffer } from '../../../runtime/release-buffer.ts';
import { hashBytes, saltBytes } from '../../event-columns.ts';
import type { StoredEvent } from '../../event-store.ts';
import { compressFrameSync } from '../../zstd-lines.ts';
import type { IdLocation } from '../ids/id-run.ts';
import {
  type Codes,
  type RowLines,
  rowGroupRows,
  type TimeBounds,
  type ValueCounts,
} from '../log-slice.ts';
import type { StoredRow } from '../stored-row.ts';
import { Bodies } from './bodies.ts';
import { codeWidth, readCodes } from './codes.ts';
import { type DerivedFacet, deriveFacets } from './derived-facets.ts';
import {
  blockRows,
  type FooterIndex,
  type SealedFacet,
  type SealedTextIndex,
  type SegmentOrigin,
  valuesPerFrame,
} from './footer-index.ts';
import type { FrameTable } from './frame-table.ts';
import { firstAtLeast, type LogLocation, LogLocations } from './log-locations.ts';
import {
  type FooterSummary,
  getOrRead,
  type SealedCache,
  type TextColumn,
} from './sealed-cache.ts';
import { SegmentFile } from './segment-file.ts';
import { blocksWith, textBlockRows } from './text-index.ts';
import { decodeTimes } from './times.ts';
import { decodeValueCounts, facetValueCounts } from './value-counts.ts';
import { ValueGroup } from './value-group.ts';
import { leadingRows } from './whole-blocks.ts';

/** What is known of a sealed segment before it is opened. */
export interface SealedInfo extends TimeBounds {
  /** Its row in the catalogue, and its file below the data directory. */
  readonly fileId: number;
  readonly file: string;
  readonly number: number;
  /** Of the last segment that was compacted into it; its own number if none was. */
  readonly last: number;
  /** How often it was written again. */
  readonly revision: number;
  /** Whether its events were dropped; its hashes are left. */
  readonly dropped: boolean;
  /** Length of the file. */
  readonly bytes: number;
  readonly rows: number;
}

/**
 * So many rows, or fewer, are a page, and not a part of an export. Pages of one log have rows of the same blocks, so the
 * blocks of a page are kept.
 */
const maxPageRows = 128;

/** A sealed segment, of which only those pieces are read that are needed. */
export class SealedSegment {
  readonly info: SealedInfo;
  readonly path: string;
  readonly #cache: SealedCache;
  /** Every row group is asked for the same text. */
  #searched: { readonly text: Uint8Array; readonly blocks: Uint8Array | undefined } = {
    text: new Uint8Array(),
    blocks: undefined,
  };

  constructor(info: SealedInfo, path: string, cache: SealedCache) {
    this.info = info;
    this.path = path;
    this.#cache = cache;
  }

  get file(): SegmentFile {
    return getOrRead(this.#cache.files, this.path, () => new SegmentFile(this.path));
  }

  get footerSummary(): FooterSummary {
    return this.#cache.footerSummaries.get(this.path) ?? this.#open().summary;
  }

  /** Where a log is in the segment; undefined if it has no events here. */
  logLocation(number: number): LogLocation | undefined {
    return this.#logLocations.of(number);
  }

  /** The log that a row belongs to. */
  logOfRow(row: number): LogLocation {
    return this.#logLocations.ofRow(row);
  }

  get bodyFrames(): FrameTable {
    const read = () => this.file.footerIndex().bodies;
    return getOrRead(this.#cache.bodyFrameTables, this.path, read);
  }

  get #logLocations(): LogLocations {
    return this.#cache.logLocations.get(this.path) ?? this.#open().locations;
  }

  /** Reads the footer index, and keeps what queries need most of it. */
  #open(): { readonly summary: FooterSummary; readonly locations: LogLocations } {
    const { logs, bodies, textIndex, ...summary }: FooterIndex = this.file.footerIndex();
    const locations = new LogLocations(logs, summary.rows);
    this.#cache.logLocations.set(this.path, locations);
    this.#cache.footerSummaries.set(this.path, summary);
    this.#cache.textIndexes.set(this.path, { index: textIndex });
    return { summary, locations };
  }

  createdAt(rowGroup: number): Float64Array {
    return this.#times('createdAt', rowGroup);
  }

  recordedAt(rowGroup: number): Float64Array {
    return this.#times('recordedAt', rowGroup);
  }

  codes(facet: number, rowGroup: number): Codes {
    const sealed = this.footerSummary.facets[facet];
    if (sealed === undefined) {
      const rows = Math.min(rowGroupRows, this.info.rows - rowGroup * rowGroupRows);
      return this.#derivedFacet(facet).codes(rowGroup, rows);
    }
    const name = `${facets[facet]}`;
    const { codes, values } = sealed;
    const read = () => readCodes(this.file.frameContent(name, codes, rowGroup), codeWidth(values));
    return getOrRead(this.#cache.codes, this.#key(name, rowGroup), read);
  }

  texts(rowGroup: number): TextColumn {
    const read = () => {
      const bytes = this.file.frameContent('texts', this.footerSummary.texts, rowGroup);
      const rows = Math.min(rowGroupRows, this.info.rows - rowGroup * rowGroupRows);
      const ends = readCodes(bytes.subarray(0, rows * 4), 4) as Uint32Array;
      for (let row = 1; row < rows; row += 1) ends[row]! += ends[row - 1]!;
      return { bytes: bytes.subarray(rows * 4), ends };
    };
    return getOrRead(this.#cache.texts, this.#key('texts', rowGroup), read);
  }

  get #textIndex(): SealedTextIndex | undefined {
    const read = () => ({ index: this.file.footerIndex().textIndex });
    return getOrRead(this.#cache.textIndexes, this.path, read).index;
  }

  /** A bitmap of the blocks of texts that may contain these bytes; undefined where only the texts say it. */
  textBlocksWith(text: Uint8Array): Uint8Array | undefined {
    if (text !== this.#searched.text) this.#searched = { text, blocks: this.#search(text) };
    return this.#searched.blocks;
  }

  #search(text: Uint8Array): Uint8Array | undefined {
    const index = text.length < 3 ? undefined : this.#textIndex;
    if (index === undefined) return undefined;
    const { buckets } = index;
    const blocks = Math.ceil(this.info.rows / textBlockRows);
    const readBucket = (bucket: number) =>
      getOrRead(this.#cache.textBuckets, this.#key('texts with', bucket), () =>
        this.file.storedFrames('text index', buckets, [bucket]),
      );
    const searched = Buffer.from(text).toString('latin1');
    return getOrRead(this.#cache.textMatches, this.#key(searched, 0), () =>
      blocksWith(text, blocks, buckets.count, readBucket),
    );
  }

  /**
   * The texts of some blocks, ascending, of a segment with an index of them. If something has to be unpacked for them,
   * so are the other blocks, in the same call.
   */
  textBlocks(blocks: readonly number[], others: readonly number[]): TextColumn[] {
    const found = new Map(
      blocks.map((block) => [block, this.#cache.textBlocks.get(this.#key('text block', block))]),
    );
    const missing = blocks.filter((block) => found.get(block) === undefined);
    if (missing.length > 0) {
      const isMissing = (block: number) =>
        !found.has(block) && !this.#cache.textBlocks.has(this.#key('text block', block));
      const wanted = [...missing, ...others.filter(isMissing)].sort((a, b) => a - b);
      for (const [block, texts] of this.#readTextBlocks(wanted)) {
        this.#cache.textBlocks.set(this.#key('text block', block), texts);
        if (found.has(block)) found.set(block, texts);
      }
    }
    return blocks.map((block) => found.get(block)!);
  }

  *#readTextBlocks(blocks: readonly number[]): Generator<[block: number, texts: TextColumn]> {
    const { blocks: frames, lengths } = this.#textIndex!;
    // Before the blocks of each row group there is one with their lengths.
    const frameOf = (block: number) =>
      block + Math.floor((block * textBlockRows) / rowGroupRows) + 1;
    const bytes = this.file.frameContents('texts', frames, blocks.map(frameOf));
    let start = 0;
    for (const block of blocks) {
      const row = block * textBlockRows;
      const rows = Math.min(textBlockRows, this.info.rows - row);
      const stored = readCodes(this.file.readSection(lengths, row * 2, rows * 2), 2);
      const ends = Uint32Array.from(stored);
      for (let nth = 1; nth < rows; nth += 1) ends[nth]! += ends[nth - 1]!;
      const size = frames.sizeOf(frameOf(block));
      if (ends[rows - 1] !== size) {
        throw this.file.corrupt('the lengths of its texts are not those of the texts');
      }
      yield [block, { bytes: Buffer.from(bytes.subarray(start, start + size)), ends }];
      start += size;
    }
    releaseBuffer(bytes);
  }

  trigramFilter(rowGroup: number): Uint8Array {
    const name = 'trigram filters';
    const read = () => this.file.frameContent(name, this.footerSummary.trigramFilters, rowGroup);
    return getOrRead(this.#cache.trigramFilters, this.#key(name, rowGroup), read);
  }

  /** The bodies of one block, which are kept for a while. */
  bodies(block: number): Bodies {
    const read = () => this.#decompress([block]);
    return getOrRead(this.#cache.bodies, this.#key('bodies', block), read);
  }

  /** Bodies of the first of these rows as lines: at least one, and no more once they have about so many bytes. */
  lines(rows: Uint32Array, maxBytes: number): RowLines {
    const bodies = this.bodyFrames;
    const blocks = new Set<number>();
    let bytes = 0;
    let taken = 0;
    for (; taken < rows.length; taken += 1) {
      const block = Math.floor(rows[taken]! / blockRows);
      if (blocks.has(block)) continue;
      const size = bodies.sizeOf(block);
      if (bytes > 0 && bytes + size > maxBytes) break;
      blocks.add(block);
      bytes += size;
    }
    const first = rows.subarray(0, taken);
    const isPage = taken <= maxPageRows && taken < blocks.size * blockRows;
    const lines = isPage ? this.#kept(blocks).copy(first) : this.#decompress(blocks).take(first);
    return { rows: taken, bytes: lines };
  }

  /** The same as zstd frames: those of whole blocks as they are in the file, and a new one for rows between them. */
  compressedLines(rows: Uint32Array, maxBytes: number): RowLines {
    const bodies = this.bodyFrames;
    const piece = leadingRows(rows, this.info.rows);
    if (!piece.isWhole) {
      const lines = this.lines(rows.subarray(0, piece.rows), maxBytes);
      return { rows: lines.rows, bytes: compressFrameSync(lines.bytes) };
    }
    const blocks: number[] = [];
    let bytes = 0;
    for (let at = 0; at < piece.rows && bytes < maxBytes; at += blockRows) {
      const block = rows[at]! / blockRows;
      blocks.push(block);
      bytes += bodies.locationOf(block).length;
    }
    return {
      rows: Math.min(piece.rows, blocks.length * blockRows),
      bytes: this.file.storedFrames('bodies', bodies, blocks),
    };
  }

  events(rows: readonly number[], log: LogLocation): StoredEvent[] {
    const blocks = new Set(rows.map((row) => Math.floor(row / blockRows)));
    const [block = 0] = blocks;
    if (blocks.size === 1) return rows.map((row) => this.#event(row, log, this.bodies(block)));
    using bodies = this.#decompress(blocks);
    return rows.map((row) => this.#event(row, log, bodies));
  }

  event(row: number, log: LogLocation = this.logOfRow(row)): StoredEvent {
    return this.#event(row, log, this.bodies(Math.floor(row / blockRows)));
  }

  /** The event to which an id run leads; undefined when it was dropped. */
  storedRow(location: IdLocation): StoredRow | undefined {
    if (this.info.dropped) return undefined;
    const row = this.#currentRow(location);
    const log = this.logOfRow(row);
    return { log: log.number, ...this.event(row, log) };
  }

  /** The leaf hashes of consecutive rows. */
  leafHashes(first: number, rows: number): Buffer {
    return this.file.readSection(
      this.footerSummary.leafHashes,
      first * hashBytes,
      rows * hashBytes,
    );
  }

  node(index: number): Buffer {
    return this.file.readSection(this.footerSummary.nodes, index * hashBytes, hashBytes);
  }

  /** What the values of a facet are found by. */
  facet(facet: number): Pick<SealedFacet, 'values' | 'hashes'> {
    return this.footerSummary.facets[facet] ?? this.#derivedFacet(facet);
  }

  /** A facet that the segment was sealed without. */
  #derivedFacet(facet: number): DerivedFacet {
    const sealed = this.footerSummary.facets.length;
    const derived = getOrRead(this.#cache.derivedFacets, this.path, () =>
      deriveFacets(this, sealed),
    );
    return derived[facet - sealed]!;
  }

  /** A group of a facet's values. */
  values(facet: number, group: number): ValueGroup {
    const sealed = this.footerSummary.facets[facet];
    if (sealed === undefined) return this.#derivedFacet(facet).group(group);
    const name = `values of ${facets[facet]}`;
    const { texts } = sealed;
    const read = () => {
      const content = this.file.frameContent(name, texts, group);
      return new ValueGroup(facets[facet]!, content, group * valuesPerFrame + 1);
    };
    return getOrRead(this.#cache.values, this.#key(name, group), read);
  }

  /** How often each value of a facet occurs in a log; undefined if the segment does not say it. */
  valueCounts(facet: number, log: number): ValueCounts | undefined {
    const { valueCounts } = this.footerSummary;
    if (valueCounts === undefined) return undefined;
    const { logs, blocks } = valueCounts;
    const index = firstAtLeast(logs.length, (at) => logs[at]! >= log);
    if (logs[index] !== log) return undefined;
    const read = () =>
      facetValueCounts(this.file.storedFrames('value counts', blocks, [index]), facet);
    const key = this.#key(`counts of ${facets[facet]}, log`, log);
    return decodeValueCounts(getOrRead(this.#cache.valueCounts, key, read));
  }

  /** These blocks from those that are kept; the others are decompressed together, and kept. */
  #kept(blocks: ReadonlySet<number>): Bodies {
    const kept: Bodies[] = [];
    const missing: number[] = [];
    for (const block of blocks) {
      const found = this.#cache.bodies.get(this.#key('bodies', block));
      if (found === undefined) missing.push(block);
      else kept.push(found);
    }
    if (missing.length > 0) {
      using read = this.#decompress(missing);
      for (const [block, one] of read.split()) {
        this.#cache.bodies.set(this.#key('bodies', block), one);
        kept.push(one);
      }
    }
    return Bodies.together(kept);
  }

  #decompress(blocks: Iterable<number>): Bodies {
    const bodies = this.bodyFrames;
    const inOrder = [...blocks].sort((a, b) => a - b);
    return Bodies.of(this.file.frameContents('bodies', bodies, inOrder), inOrder, bodies);
  }

  #event(row: number, { firstRow, firstSequence }: LogLocation, bodies: Bodies): StoredEvent {
    const rowGroup = Math.floor(row / rowGroupRows);
    const salt = this.#salt(row);
    return {
      sequence: firstSequence + row - firstRow,
      createdAt: this.createdAt(rowGroup)[row % rowGroupRows]!,
      recordedAt: this.recordedAt(rowGroup)[row % rowGroupRows]!,
      body: bodies.textOf(row),
      ...(salt !== undefined && { salt }),
    };
  }

  /** How many events a segment had when it was sealed: this one, or one that it was compacted from. */
  originalRows(segment: number): number {
    return this.#origin(segment)?.rows ?? this.info.rows;
  }

  #origin(segment: number): SegmentOrigin | undefined {
    return this.footerSummary.origins?.find(({ number }) => number === segment);
  }

  /** Where the row is now that an event had when its segment was sealed. */
  #currentRow({ segment, row }: IdLocation): number {
    const origin = this.#origin(segment);
    if (origin === undefined) return row;
    const { logs } = origin;
    const then = logs[firstAtLeast(logs.length, (at) => logs[at]!.firstRow > row) - 1]!;
    const now = this.logLocation(then.number)!;
    return now.firstRow + then.firstSequence + row - then.firstRow - now.firstSequence;
  }

  /** 1 for each row of the row group that has a salt. */
  salted(rowGroup: number): Codes {
    const read = () => this.file.frameContent('salted', this.footerSummary.salted, rowGroup);
    return getOrRead(this.#cache.codes, this.#key('salted', rowGroup), read);
  }

  #salt(row: number): Uint8Array | undefined {
    if (this.salted(Math.floor(row / rowGroupRows))[row % rowGroupRows] === 0) return undefined;
    return new Uint8Array(
      this.file.readSection(this.footerSummary.salts, row * saltBytes, saltBytes),
    );
  }

  #times(column: 'createdAt' | 'recordedAt', rowGroup: number): Float64Array {
    const read = () => {
      const rows = Math.min(rowGroupRows, this.info.rows - rowGroup * rowGroupRows);
      const frames = this.footerSummary[column];
      return decodeTimes(this.file.frameContent(column, frames, rowGroup), rows);
    };
    return getOrRead(this.#cache.times, this.#key(column, rowGroup), read);
  }

  #key(name: string, index: number): string {
    const { number, last, revision } = this.info;
    return `${number}-${last}.${revision} ${name} ${index}`;
  }
}
