import { crc32 } from 'node:zlib';
import { PartialFile } from '../../../runtime/partial-file.ts';
import type { TimeBounds } from '../log-slice.ts';
import { magic, writeFooter } from './footer.ts';
import { type FooterIndex, footerIndexText, type Section } from './footer-index.ts';
import { FrameTable } from './frame-table.ts';
import { compressFrame } from './zstd-frame.ts';

const flushAt = 1024 * 1024;

/** A frame as it is in a file, and its size once it is decompressed. */
export interface EncodedFrame {
  readonly bytes: Uint8Array;
  readonly size: number;
}

interface Sliceable<T> {
  readonly length: number;
  slice(from: number, to: number): T;
}

/** Splits a column into pieces of `length` entries; the last piece may be shorter. Each piece becomes a frame. */
export function* splitEvery<T extends Sliceable<T>>(whole: T, length: number): Generator<T> {
  for (let at = 0; at < whole.length; at += length) yield whole.slice(at, at + length);
}

/** Writes a segment file, which appears whole and on disk, or not at all. */
export class SegmentFileWriter {
  readonly #file: PartialFile;
  #buffered: Uint8Array[] = [];
  #bufferedBytes = 0;
  #position = 0;

  constructor(path: string) {
    this.#file = new PartialFile(path);
    this.#write(magic);
  }

  writeFrames(contents: Iterable<Uint8Array | EncodedFrame>): FrameTable {
    const start = this.#position;
    const index: number[] = [];
    for (const content of contents) {
      const { bytes, size } = content instanceof Uint8Array ? encodeFrame(content) : content;
      this.#write(bytes);
      index.push(bytes.length, size, crc32(bytes));
    }
    return new FrameTable(start, Uint32Array.from(index));
  }

  /**
   * The same for contents that consist of several pieces, each of which is a frame too. A content is all frames of its
   * pieces, one behind the other: `whole` says where contents are, `pieces` where each piece is.
   */
  writeJoinedFrames(contents: Iterable<readonly Uint8Array[]>): {
    whole: FrameTable;
    pieces: FrameTable;
  } {
    const start = this.#position;
    const whole: number[] = [];
    const pieces: number[] = [];
    for (const content of contents) {
      const areZero = content.every(isZero);
      let [length, size, checksum] = [0, 0, 0];
      for (const piece of content) {
        const bytes = areZero ? noBytes : compressFrame(piece);
        this.#write(bytes);
        pieces.push(bytes.length, piece.length, crc32(bytes));
        length += bytes.length;
        size += piece.length;
        checksum = crc32(bytes, checksum);
      }
      whole.push(length, size, checksum);
    }
    return {
      whole: new FrameTable(start, Uint32Array.from(whole)),
      pieces: new FrameTable(start, Uint32Array.from(pieces)),
    };
  }

  /** Frames of content that hardly compresses. It is read with `SegmentFile.storedFrames`. */
  writeUncompressed(contents: readonly Uint8Array[]): FrameTable {
    return this.writeFrames(contents.map((bytes) => ({ bytes, size: bytes.length })));
  }

  writeSection(bytes: Uint8Array): Section {
    const start = this.#position;
    this.#write(bytes);
    return { start, length: bytes.length, crc32: crc32(bytes) };
  }

  finish(index: FooterIndex, bounds: TimeBounds): void {
    const content = Buffer.from(footerIndexText(index));
    const frame = compressFrame(content);
    const footer = writeFooter({
      ...bounds,
      indexStart: this.#position,
      indexLength: frame.length,
      indexSize: content.length,
      indexCrc32: crc32(frame),
      rows: index.rows,
    });
    this.#write(frame);
    this.#write(footer);
    this.#flush();
    this.#file.finish();
  }

  /** Leaves nothing behind. */
  discard(): void {
    this.#file.discard();
  }

  #write(bytes: Uint8Array): void {
    this.#buffered.push(bytes);
    this.#bufferedBytes += bytes.length;
    this.#position += bytes.length;
    if (this.#bufferedBytes >= flushAt) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#buffered);
    this.#buffered = [];
    this.#bufferedBytes = 0;
    this.#file.write(bytes);
  }
}

const noBytes = new Uint8Array();

function encodeFrame(content: Uint8Array): EncodedFrame {
  return { bytes: isZero(content) ? noBytes : compressFrame(content), size: content.length };
}

function isZero(content: Uint8Array): boolean {
  return content.every((byte) => byte === 0);
}
