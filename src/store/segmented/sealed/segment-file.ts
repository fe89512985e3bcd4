import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { AnnalsError, messageOf } from '../../../core/errors.ts';
import { facets } from '../../../core/facets.ts';
import { type Footer, footerBytes, magic, readFooter } from './footer.ts';
import { type FooterIndex, parseFooterIndex, type Section } from './footer-index.ts';
import type { FrameLocation, FrameTable } from './frame-table.ts';
import { decompressFrame } from './zstd-frame.ts';

/** Reads pieces of a sealed segment. A `corrupt` error says what is damaged; everything else can still be read. */
export class SegmentFile {
  readonly footer: Footer;
  readonly #path: string;
  readonly #descriptor: number;

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, 'r');
    try {
      const { size } = fstatSync(this.#descriptor);
      const footer = readFooter(this.#read(Math.max(0, size - footerBytes), footerBytes));
      if (footer === undefined) throw this.corrupt('its end is not that of a sealed segment');
      const { indexStart, indexLength } = footer;
      if (!Number.isSafeInteger(indexStart) || indexStart + indexLength > size - footerBytes) {
        throw this.corrupt('its footer names a place for the footer index that is not in it');
      }
      this.footer = footer;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  footerIndex(): FooterIndex {
    const { indexStart, indexLength, indexSize, indexCrc32 } = this.footer;
    const frame = this.#read(indexStart, indexLength);
    if (crc32(frame) !== indexCrc32) throw this.corrupt('footer index has the wrong checksum');
    const bytes = this.#decompress('footer index', frame, indexSize);
    try {
      return parseFooterIndex(bytes.toString());
    } catch (cause) {
      throw this.corrupt(`its footer index cannot be read (${messageOf(cause)})`);
    }
  }

  /** The bytes of frames as they are in the file, one after the other. `indices` are in ascending order. */
  storedFrames(name: string, frames: FrameTable, indices: readonly number[]): Buffer<ArrayBuffer> {
    const locations = indices.map((index) => frames.locationOf(index));
    return this.#fill(name, Buffer.allocUnsafeSlow(lengthOf(locations)), locations, indices);
  }

  frameContent(name: string, frames: FrameTable, index: number): Buffer<ArrayBuffer> {
    return this.frameContents(name, frames, [index]);
  }

  /**
   * The content of frames, one after the other in one buffer. `indices` are in ascending order, and a frame without bytes
   * must be the only one. All frames are decompressed in one call, which costs about as much as the bytes of one frame.
   */
  frameContents(name: string, frames: FrameTable, indices: readonly number[]): Buffer<ArrayBuffer> {
    const locations = indices.map((index) => frames.locationOf(index));
    const size = indices.reduce((sum, index) => sum + frames.sizeOf(index), 0);
    const length = lengthOf(locations);
    if (length === 0) return Buffer.alloc(size);
    const stored = this.#fill(name, scratchBuffer(length), locations, indices);
    return this.#decompress(name, stored, size);
  }

  readSection({ start }: Section, from: number, length: number): Buffer {
    return this.#read(start + from, length);
  }

  /** Throws `corrupt` if it is not the section that was written. */
  readWholeSection(name: string, section: Section): Buffer {
    const bytes = this.readSection(section, 0, section.length);
    if (crc32(bytes) !== section.crc32) throw this.corrupt(`the checksum of ${name} is wrong`);
    return bytes;
  }

  /** Reads everything, and throws `corrupt` if anything is not as it was written. */
  check(): void {
    try {
      this.#checkAll();
    } catch (error) {
      // A footer index with the right checksum, and places or members in it that none has.
      if (error instanceof RangeError || error instanceof TypeError) {
        throw this.corrupt(`its footer index does not describe it (${error.message})`);
      }
      throw error;
    }
  }

  #checkAll(): void {
    if (!this.#read(0, magic.length).equals(magic)) {
      throw this.corrupt('its beginning is not that of a sealed segment');
    }
    const footerIndex = this.footerIndex();
    for (const [name, frames] of frameTablesOf(footerIndex)) {
      for (let index = 0; index < frames.count; index += 1) this.frameContent(name, frames, index);
    }
    const { salts, leafHashes, nodes, valueCounts, textIndex } = footerIndex;
    if (valueCounts !== undefined) {
      this.storedFrames('value counts', valueCounts.blocks, [...valueCounts.logs.keys()]);
    }
    if (textIndex !== undefined) {
      const { buckets, lengths } = textIndex;
      this.storedFrames('text index', buckets, [...Array(buckets.count).keys()]);
      this.readWholeSection('lengths of texts', lengths);
    }
    for (const [name, section] of Object.entries({ salts, leafHashes, nodes })) {
      this.readWholeSection(name, section);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #decompress(name: string, stored: Buffer, size: number): Buffer<ArrayBuffer> {
    let bytes: Buffer<ArrayBuffer>;
    try {
      bytes = decompressFrame(stored, size);
    } catch (cause) {
      throw this.corrupt(`${name} cannot be decompressed (${messageOf(cause)})`);
    }
    if (bytes.length !== size) {
      throw this.corrupt(`${name} has ${bytes.length} bytes instead of ${size}`);
    }
    return bytes;
  }

  /** Reads frames, adjacent ones together, and throws `corrupt` when one is not as it was written. */
  #fill(
    name: string,
    bytes: Buffer<ArrayBuffer>,
    locations: readonly FrameLocation[],
    indices: readonly number[],
  ): Buffer<ArrayBuffer> {
    let filled = 0;
    for (const { start, length } of joinAdjacent(locations)) {
      this.#readInto(bytes.subarray(filled, filled + length), start);
      filled += length;
    }
    let at = 0;
    for (const [nth, { length, crc32: expected }] of locations.entries()) {
      if (crc32(bytes.subarray(at, at + length)) !== expected) {
        throw this.corrupt(`${name} (frame ${indices[nth]}) has the wrong checksum`);
      }
      at += length;
    }
    return bytes;
  }

  #read(start: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    this.#readInto(bytes, start);
    return bytes;
  }

  #readInto(bytes: Buffer, start: number): void {
    const { length } = bytes;
    let filled = 0;
    while (filled < length) {
      const read = readSync(this.#descriptor, bytes, filled, length - filled, start + filled);
      if (read === 0) throw this.corrupt(`it ends before byte ${start + length}`);
      filled += read;
    }
  }

  /** The error that says what is wrong with this file. */
  corrupt(problem: string): AnnalsError {
    return new AnnalsError('corrupt', `Segment ${basename(this.#path)} is damaged: ${problem}`);
  }
}

const lengthOf = (locations: readonly FrameLocation[]) =>
  locations.reduce((sum, { length }) => sum + length, 0);

/** Locations that follow each other as one. */
function joinAdjacent(locations: readonly FrameLocation[]): { start: number; length: number }[] {
  const joined: { start: number; length: number }[] = [];
  for (const { start, length } of locations) {
    const last = joined.at(-1);
    if (last !== undefined && last.start + last.length === start) last.length += length;
    else joined.push({ start, length });
  }
  return joined;
}

const maxScratch = 1024 * 1024;
let scratch = Buffer.alloc(0);

/** Memory for compressed bytes until they are decompressed. Every call uses the same. */
function scratchBuffer(length: number): Buffer<ArrayBuffer> {
  if (length > maxScratch) return Buffer.allocUnsafeSlow(length);
  if (length > scratch.length) scratch = Buffer.allocUnsafeSlow(length);
  return scratch.subarray(0, length);
}

/** Every frame table of a segment, with a name for messages. */
function frameTablesOf(index: FooterIndex): [name: string, frames: FrameTable][] {
  const { bodies, createdAt, recordedAt, texts, trigramFilters, salted } = index;
  return [
    ...Object.entries({
      bodies,
      createdAt,
      recordedAt,
      texts,
      'trigram filters': trigramFilters,
      salted,
    }),
    ...index.facets.flatMap(({ codes, texts: values }, facet): [string, FrameTable][] => [
      [`${facets[facet]}`, codes],
      [`values of ${facets[facet]}`, values],
    ]),
  ];
}
