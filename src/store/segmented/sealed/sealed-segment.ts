import { facets } from '../../../core/facets.ts';
import type { StoredEvent } from '../../event-store.ts';
import { compressFrameSync } from '../../zstd-lines.ts';
import { rowGroupRows } from '../active/columns.ts';
import type { StoredRow } from '../active/group-row.ts';
import type { IdLocation } from '../ids/id-run.ts';
import type { Codes, RowLines, ValueCounts } from '../log-slice.ts';
import { Bodies } from './bodies.ts';
import { codeWidth, readCodes } from './codes.ts';
import {
  type Bounds,
  blockRows,
  type FooterIndex,
  hashBytes,
  type SegmentOrigin,
  saltBytes,
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
import { decodeTimes } from './times.ts';
import { decodeValueCounts, facetValueCounts } from './value-counts.ts';
import { ValueGroup } from './value-group.ts';
import { leadingRows } from './whole-blocks.ts';

/** What is known of a sealed segment before it is opened. */
export interface SealedInfo extends Bounds {
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
  readonly rows: number;
}

/** A sealed segment, of which only those pieces are read that are asked for. */
export class SealedSegment {
  readonly info: SealedInfo;
  readonly path: string;
  readonly #cache: SealedCache;

  constructor(info: SealedInfo, path: string, cache: SealedCache) {
    this.info = info;
    this.path = path;
    this.#cache = cache;
  }

  get file(): SegmentFile {
    return getOrRead(this.#cache.files, this.path, () => new SegmentFile(this.path));
  }

  get footerSummary(): FooterSummary {
    return this.#cache.footerSummaries.get(this.path) ?? this.#open().outline;
  }

  /** The log's place in here, if it has one. */
  logLocation(number: number): LogLocation | undefined {
    return this.#logLocations.of(number);
  }

  /** The log that a row belongs to. */
  logOfRow(row: number): LogLocation {
    return this.#logLocations.at(row);
  }

  get bodyFrames(): FrameTable {
    const read = () => this.file.footerIndex().bodies;
    return getOrRead(this.#cache.bodyFrameTables, this.path, read);
  }

  get #logLocations(): LogLocations {
    return this.#cache.logLocations.get(this.path) ?? this.#open().places;
  }

  /** Reads the directory and keeps of it what questions need most. */
  #open(): { readonly outline: FooterSummary; readonly places: LogLocations } {
    const { logs, bodies, ...outline }: FooterIndex = this.file.footerIndex();
    const places = new LogLocations(logs, outline.rows);
    this.#cache.logLocations.set(this.path, places);
    this.#cache.footerSummaries.set(this.path, outline);
    return { outline, places };
  }

  createdAt(part: number): Float64Array {
    return this.#times('createdAt', part);
  }

  recordedAt(part: number): Float64Array {
    return this.#times('recordedAt', part);
  }

  codes(facet: number, part: number): Codes {
    const name = `${facets[facet]}`;
    const { codes, values } = this.footerSummary.facets[facet]!;
    const read = () => readCodes(this.file.frameContent(name, codes, part), codeWidth(values));
    return getOrRead(this.#cache.codes, this.#key(name, part), read);
  }

  texts(part: number): TextColumn {
    const read = () => {
      const bytes = this.file.frameContent('texts', this.footerSummary.texts, part);
      const rows = Math.min(rowGroupRows, this.info.rows - part * rowGroupRows);
      const ends = readCodes(bytes.subarray(0, rows * 4), 4) as Uint32Array;
      for (let row = 1; row < rows; row += 1) ends[row]! += ends[row - 1]!;
      return { bytes: bytes.subarray(rows * 4), ends };
    };
    return getOrRead(this.#cache.texts, this.#key('texts', part), read);
  }

  trigramFilter(part: number): Uint8Array {
    const read = () => this.file.frameContent('grams', this.footerSummary.grams, part);
    return getOrRead(this.#cache.trigramFilters, this.#key('grams', part), read);
  }

  /** The bodies of one block, kept for a while. */
  bodies(block: number): Bodies {
    const read = () => this.#decompress([block]);
    return getOrRead(this.#cache.bodies, this.#key('bodies', block), read);
  }

  /** Bodies of the first of these rows as lines: at least one, and no more once that takes about so many bytes. */
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
    const wanted = rows.subarray(0, taken);
    const [block = 0] = blocks;
    const isPiece = blocks.size === 1 && taken < blockRows;
    const lines = isPiece ? this.bodies(block).copy(wanted) : this.#decompress(blocks).take(wanted);
    return { rows: taken, bytes: lines };
  }

  /** The same as zstd frames: those of whole blocks as they stand in the file, and one of what is between them. */
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

  /** The event that an id stands for; undefined when it was dropped. */
  storedRow(place: IdLocation): StoredRow | undefined {
    if (this.info.dropped) return undefined;
    const row = this.#currentRow(place);
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

  node(place: number): Buffer {
    return this.file.readSection(this.footerSummary.nodes, place * hashBytes, hashBytes);
  }

  /** A group of a facet's values. */
  values(facet: number, group: number): ValueGroup {
    const name = `values of ${facets[facet]}`;
    const { texts } = this.footerSummary.facets[facet]!;
    const read = () => {
      const content = this.file.frameContent(name, texts, group);
      return new ValueGroup(facets[facet]!, content, group * valuesPerFrame + 1);
    };
    return getOrRead(this.#cache.values, this.#key(name, group), read);
  }

  /** A log's tally of a facet; undefined where there is none. */
  valueCounts(facet: number, log: number): ValueCounts | undefined {
    const { tallies } = this.footerSummary;
    if (tallies === undefined) return undefined;
    const { logs, blocks } = tallies;
    const place = firstAtLeast(logs.length, (at) => logs[at]! >= log);
    if (logs[place] !== log) return undefined;
    const read = () => facetValueCounts(this.file.storedFrames('tallies', blocks, [place]), facet);
    const key = this.#key(`tally of ${facets[facet]}, log`, log);
    return decodeValueCounts(getOrRead(this.#cache.valueCounts, key, read));
  }

  #decompress(blocks: Iterable<number>): Bodies {
    const bodies = this.bodyFrames;
    const inOrder = [...blocks].sort((a, b) => a - b);
    return new Bodies(this.file.frames('bodies', bodies, inOrder), inOrder, bodies);
  }

  #event(row: number, { firstRow, firstSequence }: LogLocation, bodies: Bodies): StoredEvent {
    const part = Math.floor(row / rowGroupRows);
    const salt = this.#salt(row);
    return {
      sequence: firstSequence + row - firstRow,
      createdAt: this.createdAt(part)[row % rowGroupRows]!,
      recordedAt: this.recordedAt(part)[row % rowGroupRows]!,
      body: bodies.textOf(row),
      ...(salt !== undefined && { salt }),
    };
  }

  /** How many events a segment had when it was sealed, this one or one that it was merged from. */
  originalRows(segment: number): number {
    return this.#origin(segment)?.rows ?? this.info.rows;
  }

  #origin(segment: number): SegmentOrigin | undefined {
    return this.footerSummary.origins?.find(({ number }) => number === segment);
  }

  /** Where the row stands now that it was given when its segment was sealed. */
  #currentRow({ segment, row }: IdLocation): number {
    const origin = this.#origin(segment);
    if (origin === undefined) return row;
    const { logs } = origin;
    const then = logs[firstAtLeast(logs.length, (at) => logs[at]!.firstRow > row) - 1]!;
    const now = this.logLocation(then.number)!;
    return now.firstRow + then.firstSequence + row - then.firstRow - now.firstSequence;
  }

  /** 1 for each row of the part that has a salt. */
  salted(part: number): Codes {
    const read = () => this.file.frameContent('salted', this.footerSummary.salted, part);
    return getOrRead(this.#cache.codes, this.#key('salted', part), read);
  }

  #salt(row: number): Uint8Array | undefined {
    if (this.salted(Math.floor(row / rowGroupRows))[row % rowGroupRows] === 0) return undefined;
    return new Uint8Array(
      this.file.readSection(this.footerSummary.salts, row * saltBytes, saltBytes),
    );
  }

  #times(column: 'createdAt' | 'recordedAt', part: number): Float64Array {
    const read = () => {
      const rows = Math.min(rowGroupRows, this.info.rows - part * rowGroupRows);
      return decodeTimes(this.file.frameContent(column, this.footerSummary[column], part), rows);
    };
    return getOrRead(this.#cache.times, this.#key(column, part), read);
  }

  #key(what: string, index: number): string {
    const { number, last, revision } = this.info;
    return `${number}-${last}.${revision} ${what} ${index}`;
  }
}
