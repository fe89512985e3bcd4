import { facets } from '../../../core/facets.ts';
import type { StoredEvent } from '../../event-store.ts';
import { packedHere } from '../../packing.ts';
import type { SealedName } from '../data-directory.ts';
import type { IdPlace } from '../ids/id-run.ts';
import { partRows } from '../live/columns.ts';
import type { StoredRow } from '../live/rows.ts';
import type { Codes, RowLines, Tally } from '../query/segment.ts';
import { Bodies } from './bodies.ts';
import { codeWidth, readCodes } from './codes.ts';
import {
  type Bounds,
  blockRows,
  hashBytes,
  type Origin,
  type SegmentDirectory,
  saltBytes,
  valuesTogether,
} from './directory.ts';
import type { Frames } from './frames.ts';
import { firstAtLeast, type LogPlace, LogPlaces } from './log-places.ts';
import type { Outline, SealedCache, TextRun } from './sealed-cache.ts';
import { SegmentFile } from './segment-file.ts';
import { readTally, tallyIn } from './tallies.ts';
import { decodeTimes } from './times.ts';
import { ValueGroup } from './value-group.ts';
import { firstPiece } from './whole-blocks.ts';

/** What is known of a sealed segment before it is opened. */
export interface SealedInfo extends Bounds, SealedName {
  readonly rows: number;
}

/** Reads what stands at the end of the file. */
export function sealedInfo(name: SealedName, path: string): SealedInfo {
  const file = new SegmentFile(path);
  const { rows, earliest, latest } = file.footer;
  file.close();
  return { ...name, rows, earliest, latest };
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
    return this.#cache.files.get(this.path, () => new SegmentFile(this.path), one);
  }

  get outline(): Outline {
    return this.#cache.outlines.peek(this.path) ?? this.#open().outline;
  }

  /** The log's place in here, if it has one. */
  log(number: number): LogPlace | undefined {
    return this.#places.of(number);
  }

  /** The log that a row belongs to. */
  logAt(row: number): LogPlace {
    return this.#places.at(row);
  }

  get bodyFrames(): Frames {
    const cost = ({ bytes }: Frames) => bytes;
    return this.#cache.bodyFrames.get(this.path, () => this.file.directory().bodies, cost);
  }

  get #places(): LogPlaces {
    return this.#cache.places.peek(this.path) ?? this.#open().places;
  }

  /** Reads the directory and keeps of it what questions need most. */
  #open(): { readonly outline: Outline; readonly places: LogPlaces } {
    const { logs, bodies, ...outline }: SegmentDirectory = this.file.directory();
    const places = new LogPlaces(logs, outline.rows);
    this.#cache.places.put(this.path, places, places.bytes);
    this.#cache.outlines.put(this.path, outline, outlineBytes(outline));
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
    const { codes, values } = this.outline.facets[facet]!;
    const read = () => readCodes(this.file.frame(name, codes, part), codeWidth(values));
    return this.#cache.codes.get(this.#key(name, part), read, byteLength);
  }

  texts(part: number): TextRun {
    const read = () => {
      const bytes = this.file.frame('texts', this.outline.texts, part);
      const rows = Math.min(partRows, this.info.rows - part * partRows);
      const ends = readCodes(bytes.subarray(0, rows * 4), 4) as Uint32Array;
      for (let row = 1; row < rows; row += 1) ends[row]! += ends[row - 1]!;
      return { bytes: bytes.subarray(rows * 4), ends };
    };
    return this.#cache.texts.get(this.#key('texts', part), read, textCost);
  }

  grams(part: number): Uint8Array {
    const read = () => this.file.frame('grams', this.outline.grams, part);
    return this.#cache.grams.get(this.#key('grams', part), read, byteLength);
  }

  /** The bodies of one block, kept for a while. */
  bodies(block: number): Bodies {
    const read = () => this.#unpack([block]);
    return this.#cache.bodies.get(this.#key('bodies', block), read, ({ bytes }) => bytes.length);
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
    const lines = isPiece ? this.bodies(block).copy(wanted) : this.#unpack(blocks).take(wanted);
    return { rows: taken, bytes: lines };
  }

  /** The same as zstd frames: those of whole blocks as they stand in the file, and one of what is between them. */
  packedLines(rows: Uint32Array, maxBytes: number): RowLines {
    const bodies = this.bodyFrames;
    const piece = firstPiece(rows, this.info.rows);
    if (!piece.isWhole) {
      const lines = this.lines(rows.subarray(0, piece.rows), maxBytes);
      return { rows: lines.rows, bytes: packedHere(lines.bytes) };
    }
    const blocks: number[] = [];
    let bytes = 0;
    for (let at = 0; at < piece.rows && bytes < maxBytes; at += blockRows) {
      const block = rows[at]! / blockRows;
      blocks.push(block);
      bytes += bodies.placeOf(block).length;
    }
    return {
      rows: Math.min(piece.rows, blocks.length * blockRows),
      bytes: this.file.stored('bodies', bodies, blocks),
    };
  }

  events(rows: readonly number[], log: LogPlace): StoredEvent[] {
    const blocks = new Set(rows.map((row) => Math.floor(row / blockRows)));
    const [block = 0] = blocks;
    if (blocks.size === 1) return rows.map((row) => this.#event(row, log, this.bodies(block)));
    using bodies = this.#unpack(blocks);
    return rows.map((row) => this.#event(row, log, bodies));
  }

  event(row: number, log: LogPlace = this.logAt(row)): StoredEvent {
    return this.#event(row, log, this.bodies(Math.floor(row / blockRows)));
  }

  /** The event that an id stands for; undefined when it was dropped. */
  storedRow(place: IdPlace): StoredRow | undefined {
    if (this.info.dropped) return undefined;
    const row = this.#rowOf(place);
    const log = this.logAt(row);
    return { log: log.number, ...this.event(row, log) };
  }

  /** The leaf hashes of consecutive rows. */
  leafHashes(first: number, rows: number): Buffer {
    return this.file.section(this.outline.leafHashes, first * hashBytes, rows * hashBytes);
  }

  node(place: number): Buffer {
    return this.file.section(this.outline.nodes, place * hashBytes, hashBytes);
  }

  /** A group of a facet's values. */
  values(facet: number, group: number): ValueGroup {
    const name = `values of ${facets[facet]}`;
    const { texts } = this.outline.facets[facet]!;
    const read = () => {
      const held = JSON.parse(this.file.frame(name, texts, group).toString()) as string[];
      return new ValueGroup(facets[facet]!, held, group * valuesTogether + 1);
    };
    return this.#cache.values.get(this.#key(name, group), read, () => texts.sizeOf(group) * 4);
  }

  /** A log's tally of a facet; undefined where there is none. */
  tally(facet: number, log: number): Tally | undefined {
    const { tallies } = this.outline;
    if (tallies === undefined) return undefined;
    const { logs, blocks } = tallies;
    const place = firstAtLeast(logs.length, (at) => logs[at]! >= log);
    if (logs[place] !== log) return undefined;
    const read = () => tallyIn(this.file.stored('tallies', blocks, [place]), facet);
    const key = this.#key(`tally of ${facets[facet]}, log`, log);
    return readTally(this.#cache.tallies.get(key, read, tallyCost));
  }

  #unpack(blocks: Iterable<number>): Bodies {
    const bodies = this.bodyFrames;
    const inOrder = [...blocks].sort((a, b) => a - b);
    return new Bodies(this.file.frames('bodies', bodies, inOrder), inOrder, bodies);
  }

  #event(row: number, { firstRow, firstSequence }: LogPlace, bodies: Bodies): StoredEvent {
    const part = Math.floor(row / partRows);
    const salt = this.#salt(row);
    return {
      sequence: firstSequence + row - firstRow,
      createdAt: this.createdAt(part)[row % partRows]!,
      recordedAt: this.recordedAt(part)[row % partRows]!,
      body: bodies.textOf(row),
      ...(salt !== undefined && { salt }),
    };
  }

  /** How many events a segment had when it was sealed, this one or one that it was merged from. */
  rowsOf(segment: number): number {
    return this.#origin(segment)?.rows ?? this.info.rows;
  }

  #origin(segment: number): Origin | undefined {
    return this.outline.origins?.find(({ number }) => number === segment);
  }

  /** Where the row stands now that it was given when its segment was sealed. */
  #rowOf({ segment, row }: IdPlace): number {
    const origin = this.#origin(segment);
    if (origin === undefined) return row;
    const { logs } = origin;
    const then = logs[firstAtLeast(logs.length, (at) => logs[at]!.firstRow > row) - 1]!;
    const now = this.log(then.number)!;
    return now.firstRow + then.firstSequence + row - then.firstRow - now.firstSequence;
  }

  /** 1 for each row of the part that has a salt. */
  salted(part: number): Codes {
    const read = () => this.file.frame('salted', this.outline.salted, part);
    return this.#cache.codes.get(this.#key('salted', part), read, byteLength);
  }

  #salt(row: number): Uint8Array | undefined {
    if (this.salted(Math.floor(row / partRows))[row % partRows] === 0) return undefined;
    return new Uint8Array(this.file.section(this.outline.salts, row * saltBytes, saltBytes));
  }

  #times(column: 'createdAt' | 'recordedAt', part: number): Float64Array {
    const read = () => {
      const rows = Math.min(partRows, this.info.rows - part * partRows);
      return decodeTimes(this.file.frame(column, this.outline[column], part), rows);
    };
    return this.#cache.times.get(this.#key(column, part), read, byteLength);
  }

  #key(what: string, index: number): string {
    const { number, last, version } = this.info;
    return `${number}-${last}.${version} ${what} ${index}`;
  }
}

const one = () => 1;
const byteLength = ({ byteLength: bytes }: ArrayBufferView) => bytes;
/** With the key and what else an entry takes. */
const tallyCost = ({ byteLength: bytes }: Uint8Array) => bytes + 200;
const textCost = ({ bytes, ends }: TextRun) => bytes.byteLength + ends.byteLength;

/** About what an outline takes in memory. */
function outlineBytes({ parts, facets: held, origins = [], tallies }: Outline): number {
  const groups = held.reduce((sum, { hashes }) => sum + hashes.length, 0);
  const moved = origins.reduce((sum, { logs }) => sum + logs.length, 0);
  return (
    8_192 +
    parts.length * (held.length + 6) * 20 +
    groups * 32 +
    moved * 64 +
    (tallies?.blocks.bytes ?? 0)
  );
}
