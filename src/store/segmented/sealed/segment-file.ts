import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { AnnalsError, messageOf } from '../../../core/errors.ts';
import { facets } from '../../../core/facets.ts';
import { type Footer, footerBytes, magic, readFooter } from './footer.ts';
import { type FooterIndex, parseFooterIndex, type Section } from './footer-index.ts';
import type { FrameLocation, FrameTable } from './frame-table.ts';
import { decompressFrame } from './zstd-frame.ts';

/** Reads pieces of a sealed segment. What is damaged is named in a `corrupt` error; the rest can still be read. */
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
      if (footer === undefined) throw this.#corrupt('its end is not that of a sealed segment');
      this.footer = footer;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  footerIndex(): FooterIndex {
    const { indexStart, indexLength, indexSize, indexCrc32 } = this.footer;
    const packed = this.#read(indexStart, indexLength);
    if (crc32(packed) !== indexCrc32) throw this.#corrupt('directory has the wrong checksum');
    const bytes = this.#decompress('directory', packed, indexSize);
    return parseFooterIndex(bytes.toString());
  }

  /** The bytes of frames as they stand in the file, one after the other. They are given in ascending order. */
  storedFrames(
    name: string,
    frameContents: FrameTable,
    indices: readonly number[],
  ): Buffer<ArrayBuffer> {
    const places = indices.map((index) => frameContents.locationOf(index));
    return this.#fill(name, Buffer.allocUnsafeSlow(lengthOf(places)), places, indices);
  }

  frameContent(name: string, frames: FrameTable, index: number): Buffer<ArrayBuffer> {
    return this.frames(name, frames, [index]);
  }

  /**
   * What frames hold, one after the other in one buffer. They are given in ascending order, none is empty unless it is
   * alone, and they are unpacked in one go, because a call costs about as much as the bytes of one frame.
   */
  frames(name: string, frames: FrameTable, indices: readonly number[]): Buffer<ArrayBuffer> {
    const places = indices.map((index) => frames.locationOf(index));
    const size = indices.reduce((sum, index) => sum + frames.sizeOf(index), 0);
    const length = lengthOf(places);
    if (length === 0) return Buffer.alloc(size);
    return this.#decompress(name, this.#fill(name, scratchBuffer(length), places, indices), size);
  }

  readSection({ start }: Section, from: number, length: number): Buffer {
    return this.#read(start + from, length);
  }

  /** Throws `corrupt` if it is not what was written. */
  readWholeSection(name: string, section: Section): Buffer {
    const bytes = this.readSection(section, 0, section.length);
    if (crc32(bytes) !== section.crc32) throw this.#corrupt(`the checksum of ${name} is wrong`);
    return bytes;
  }

  /** Reads everything and throws `corrupt` if it is not what was written. */
  check(): void {
    if (!this.#read(0, magic.length).equals(magic)) {
      throw this.#corrupt('its beginning is not that of a sealed segment');
    }
    const directory = this.footerIndex();
    for (const [name, frames] of frameTablesOf(directory)) {
      for (let index = 0; index < frames.count; index += 1) this.frameContent(name, frames, index);
    }
    const { salts, leafHashes, nodes, tallies } = directory;
    if (tallies !== undefined)
      this.storedFrames('tallies', tallies.blocks, [...tallies.logs.keys()]);
    for (const [name, section] of Object.entries({ salts, leafHashes, nodes })) {
      this.readWholeSection(name, section);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #decompress(what: string, packed: Buffer, size: number): Buffer<ArrayBuffer> {
    let bytes: Buffer<ArrayBuffer>;
    try {
      bytes = decompressFrame(packed, size);
    } catch (cause) {
      throw this.#corrupt(`${what} cannot be unpacked (${messageOf(cause)})`);
    }
    if (bytes.length !== size) throw this.#corrupt(`${what} has not the size it should have`);
    return bytes;
  }

  /** Reads frames, those that follow each other together, and throws `corrupt` when one is not what was written. */
  #fill(
    name: string,
    bytes: Buffer<ArrayBuffer>,
    places: readonly FrameLocation[],
    indices: readonly number[],
  ): Buffer<ArrayBuffer> {
    let filled = 0;
    for (const { start, length } of adjacent(places)) {
      this.#readInto(bytes.subarray(filled, filled + length), start);
      filled += length;
    }
    let at = 0;
    for (const [nth, { length, crc32: expected }] of places.entries()) {
      if (crc32(bytes.subarray(at, at + length)) !== expected) {
        throw this.#corrupt(`${name} (frame ${indices[nth]}) has the wrong checksum`);
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
      if (read === 0) throw this.#corrupt(`it ends before byte ${start + length}`);
      filled += read;
    }
  }

  #corrupt(problem: string): AnnalsError {
    return new AnnalsError('corrupt', `Segment ${basename(this.#path)} is damaged: ${problem}`);
  }
}

const lengthOf = (places: readonly FrameLocation[]) =>
  places.reduce((sum, { length }) => sum + length, 0);

/** Those that follow each other as one. */
function adjacent(places: readonly FrameLocation[]): { start: number; length: number }[] {
  const joined: { start: number; length: number }[] = [];
  for (const { start, length } of places) {
    const last = joined.at(-1);
    if (last !== undefined && last.start + last.length === start) last.length += length;
    else joined.push({ start, length });
  }
  return joined;
}

const maxScratch = 1024 * 1024;
let scratch = Buffer.alloc(0);

/** Room for packed bytes on their way through. It is used again and again, since nothing of them is kept. */
function scratchBuffer(length: number): Buffer<ArrayBuffer> {
  if (length > maxScratch) return Buffer.allocUnsafeSlow(length);
  if (length > scratch.length) scratch = Buffer.allocUnsafeSlow(length);
  return scratch.subarray(0, length);
}

/** Every run of frames in a segment, with a name for messages. */
function frameTablesOf(directory: FooterIndex): [name: string, frames: FrameTable][] {
  const { bodies, createdAt, recordedAt, texts, grams, salted } = directory;
  return [
    ...Object.entries({ bodies, createdAt, recordedAt, texts, grams, salted }),
    ...directory.facets.flatMap(({ codes, texts: values }, facet): [string, FrameTable][] => [
      [`${facets[facet]}`, codes],
      [`values of ${facets[facet]}`, values],
    ]),
  ];
}
