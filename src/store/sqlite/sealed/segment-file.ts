import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { AnnalsError, messageOf } from '../../../core/errors.ts';
import { facets } from '../../../core/facets.ts';
import type { Frames, Section, SegmentDirectory } from './directory.ts';
import { type Footer, footerBytes, magic, readFooter } from './footer.ts';
import { unpack } from './frame.ts';

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
      if (footer === undefined) throw this.#damaged('its end is not that of a sealed segment');
      this.footer = footer;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  directory(): SegmentDirectory {
    const { directoryStart, directoryLength, directorySize } = this.footer;
    const bytes = this.#unpack('directory', directoryStart, directoryLength, directorySize);
    return JSON.parse(bytes.toString()) as SegmentDirectory;
  }

  /** The frame's bytes as they stand in the file. */
  stored(frames: Frames, index: number): Buffer {
    const { start, length } = placeOf(frames, index);
    return this.#read(start, length);
  }

  frame(name: string, frames: Frames, index: number): Buffer {
    const { start, length } = placeOf(frames, index);
    const size = frames.sizes[index]!;
    return length === 0
      ? Buffer.alloc(size)
      : this.#unpack(`${name} (frame ${index})`, start, length, size);
  }

  section({ start }: Section, from: number, length: number): Buffer {
    return this.#read(start + from, length);
  }

  /** Throws `corrupt` if it is not what was written. */
  wholeSection(name: string, section: Section): Buffer {
    const bytes = this.section(section, 0, section.length);
    if (crc32(bytes) !== section.crc32) throw this.#damaged(`the checksum of ${name} is wrong`);
    return bytes;
  }

  /** Reads everything and throws `corrupt` if it is not what was written. */
  check(): void {
    if (!this.#read(0, magic.length).equals(magic)) {
      throw this.#damaged('its beginning is not that of a sealed segment');
    }
    const directory = this.directory();
    for (const [name, frames] of framesOf(directory)) {
      for (let index = 0; index < frames.ends.length; index += 1) this.frame(name, frames, index);
    }
    const { salts, leafHashes, nodes } = directory;
    for (const [name, section] of Object.entries({ salts, leafHashes, nodes })) {
      this.wholeSection(name, section);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #unpack(what: string, start: number, length: number, size: number): Buffer {
    const frame = this.#read(start, length);
    let bytes: Buffer;
    try {
      bytes = unpack(frame, size);
    } catch (cause) {
      throw this.#damaged(`${what} cannot be unpacked (${messageOf(cause)})`);
    }
    if (bytes.length !== size) throw this.#damaged(`${what} has not the size it should have`);
    return bytes;
  }

  #read(start: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    while (filled < length) {
      const read = readSync(this.#descriptor, bytes, filled, length - filled, start + filled);
      if (read === 0) throw this.#damaged(`it ends before byte ${start + length}`);
      filled += read;
    }
    return bytes;
  }

  #damaged(problem: string): AnnalsError {
    return new AnnalsError('corrupt', `Segment ${basename(this.#path)} is damaged: ${problem}`);
  }
}

function placeOf({ start, ends }: Frames, index: number): { start: number; length: number } {
  const begin = index === 0 ? start : ends[index - 1]!;
  return { start: begin, length: ends[index]! - begin };
}

/** Every run of frames in a segment, with a name for messages. */
function framesOf(directory: SegmentDirectory): [name: string, frames: Frames][] {
  const { bodies, createdAt, recordedAt, texts, grams, salted } = directory;
  return [
    ...Object.entries({ bodies, createdAt, recordedAt, texts, grams, salted }),
    ...directory.facets.flatMap(({ codes, texts: values }, facet): [string, Frames][] => [
      [`${facets[facet]}`, codes],
      [`values of ${facets[facet]}`, values],
    ]),
  ];
}
