import { closeSync, fdatasyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Bounds, Section, SegmentDirectory } from './directory.ts';
import { magic, writeFooter } from './footer.ts';
import { pack } from './frame.ts';
import { Frames } from './frames.ts';

const flushAt = 1024 * 1024;

/** A frame as it stands in a file, and how many bytes it has once unpacked. */
export interface PackedFrame {
  readonly packed: Uint8Array;
  readonly size: number;
}

/** Writes a segment beside its place. It appears there whole and on disk, or not at all. */
export class SegmentFileWriter {
  readonly #path: string;
  readonly #aside: string;
  readonly #descriptor: number;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #position = 0;

  constructor(path: string) {
    this.#path = path;
    this.#aside = `${path}.part`;
    this.#descriptor = openSync(this.#aside, 'w');
    this.#write(magic);
  }

  frames(contents: Iterable<Uint8Array | PackedFrame>): Frames {
    const start = this.#position;
    const index: number[] = [];
    for (const content of contents) {
      const { packed, size } = content instanceof Uint8Array ? packedFrame(content) : content;
      this.#write(packed);
      index.push(packed.length, size, crc32(packed));
    }
    return new Frames(start, Uint32Array.from(index));
  }

  /** The same for what is not worth packing: read with `SegmentFile.stored`. */
  blocks(contents: readonly Uint8Array[]): Frames {
    return this.frames(contents.map((packed) => ({ packed, size: packed.length })));
  }

  section(bytes: Uint8Array): Section {
    const start = this.#position;
    this.#write(bytes);
    return { start, length: bytes.length, crc32: crc32(bytes) };
  }

  finish(directory: SegmentDirectory, bounds: Bounds): void {
    const content = Buffer.from(JSON.stringify(directory));
    const frame = pack(content);
    const footer = writeFooter({
      ...bounds,
      directoryStart: this.#position,
      directoryLength: frame.length,
      directorySize: content.length,
      directoryCrc32: crc32(frame),
      rows: directory.rows,
    });
    this.#write(frame);
    this.#write(footer);
    this.#flush();
    fdatasyncSync(this.#descriptor);
    closeSync(this.#descriptor);
    renameSync(this.#aside, this.#path);
  }

  /** Leaves nothing behind. */
  abandon(): void {
    closeSync(this.#descriptor);
    rmSync(this.#aside, { force: true });
  }

  #write(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#position += bytes.length;
    if (this.#waitingBytes >= flushAt) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
  }
}

const noBytes = new Uint8Array();

function packedFrame(content: Uint8Array): PackedFrame {
  return { packed: isZero(content) ? noBytes : pack(content), size: content.length };
}

function isZero(content: Uint8Array): boolean {
  return content.every((byte) => byte === 0);
}
