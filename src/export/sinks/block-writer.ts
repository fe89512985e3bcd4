import { createHash, type Hash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';
import { AnnalsError } from '../../core/errors.ts';
import type { AppendFile } from '../../runtime/write-file-atomically.ts';
import type { Disk } from '../disk.ts';
import { TextBuffer } from '../text-buffer.ts';

export const compressions = ['gzip', 'zstd'] as const;
export type Compression = (typeof compressions)[number];

/** How many blocks are under way to the disk at once: one being compressed, one being written, one waiting. */
const maxInFlight = 3;

/**
 * Turns text into the bytes of a file, block by block. A compressed block is a whole gzip member or zstd frame, and a
 * file may have several of them, one after the other; so it can be continued after any block. Blocks are closed by their
 * content and never by time, so an interrupted file becomes byte for byte the same as an undisturbed one.
 *
 * Texts become bytes at once, so however fast they come, they create no objects for the garbage collector.
 */
export class BlockWriter {
  readonly #file: AppendFile;
  readonly #blockBytes: number;
  readonly #compress: Compression | undefined;
  readonly #hash: Hash;
  #bytes: number;
  /** The open block, once something is in it. */
  #block: TextBuffer | undefined;
  #inFlight = 0;
  #tail: Promise<void> = Promise.resolve();

  private constructor(
    file: AppendFile,
    blockBytes: number,
    compress: Compression | undefined,
    kept: { hash: Hash; bytes: number },
  ) {
    this.#file = file;
    this.#blockBytes = blockBytes;
    this.#compress = compress;
    this.#hash = kept.hash;
    this.#bytes = kept.bytes;
  }

  /** Writes to a file that cannot be continued, such as a pipe. */
  static forStream(
    file: AppendFile,
    blockBytes: number,
    compress: Compression | undefined,
  ): BlockWriter {
    return new BlockWriter(file, blockBytes, compress, { hash: createHash('sha256'), bytes: 0 });
  }

  /** Opens a file after its first `keep` bytes, which are read again for the hash. */
  static async open(
    disk: Disk,
    path: string,
    blockBytes: number,
    { compress, keep = 0 }: { compress: Compression | undefined; keep?: number },
  ): Promise<BlockWriter> {
    const hash = createHash('sha256');
    let seen = 0;
    if (keep > 0) {
      for await (const chunk of disk.read(path)) {
        hash.update(chunk.subarray(0, keep - seen));
        seen = Math.min(keep, seen + chunk.length);
        if (seen === keep) break;
      }
    }
    if (seen < keep) {
      throw new AnnalsError(
        'corrupt',
        `Cannot continue ${path}: it has ${seen} bytes, but ${keep} were durable`,
      );
    }
    return new BlockWriter(await disk.append(path, keep), blockBytes, compress, {
      hash,
      bytes: keep,
    });
  }

  /** Adds texts to the open block. Returns true when it is full: then it must be closed before more is added. */
  add(...texts: readonly string[]): boolean {
    this.#block ??= new TextBuffer(this.#blockBytes);
    for (const text of texts) this.#block.add(text);
    return this.#block.isFull;
  }

  /** Closes the open block. Resolves when there is room for another one. */
  async closeBlock(): Promise<void> {
    const block = this.#block;
    if (block === undefined || block.length === 0) return;
    this.#block = undefined;
    this.#inFlight += 1;
    const packed = compressBlock(block.bytes(), this.#compress);
    this.#tail = this.#tail.then(async () => {
      await this.#write(await packed);
      this.#inFlight -= 1;
    });
    // The next one that waits for the tail gets the failure. Here it must only be handled.
    this.#tail.catch(() => undefined);
    packed.catch(() => undefined);
    if (this.#inFlight >= maxInFlight) await this.#tail;
  }

  /** Makes all closed blocks durable. Resolves with the size of the file with them. */
  async sync(): Promise<number> {
    await this.#tail;
    await this.#file.sync();
    return this.#bytes;
  }

  /** Closes the last block and the file, and makes them durable. */
  async finish(): Promise<{ bytes: number; sha256: string }> {
    await this.closeBlock();
    await this.#tail;
    // A file without any block cannot be decompressed, so it gets an empty one.
    if (this.#bytes === 0 && this.#compress !== undefined) {
      await this.#write(await compressBlock(Buffer.alloc(0), this.#compress));
    }
    const bytes = await this.sync();
    await this.#close();
    return { bytes, sha256: this.#hash.digest('hex') };
  }

  /** Closes the file as it is. Never rejects. */
  async abandon(): Promise<void> {
    await this.#tail.catch(() => undefined);
    await this.#close().catch(() => undefined);
  }

  async #write(block: Buffer): Promise<void> {
    this.#hash.update(block);
    await this.#file.write(block);
    this.#bytes += block.length;
  }

  async #close(): Promise<void> {
    this.#block = undefined;
    await this.#file.close();
  }
}

const zstdOptions = {
  params: {
    [constants.ZSTD_c_checksumFlag]: 1,
    // The lowest level. For blocks of JSON it compresses as well as the default level 3, in less time and memory.
    [constants.ZSTD_c_compressionLevel]: 1,
  },
};

const compressors = {
  gzip: promisify<Buffer, Buffer>((bytes, done) => gzip(bytes, done)),
  zstd: promisify<Buffer, Buffer>((bytes, done) => zstdCompress(bytes, zstdOptions, done)),
};

/** One block as it is in a file. Equal text gives equal bytes. */
export function compressBlock(bytes: Buffer, compress: Compression | undefined): Promise<Buffer> {
  return compress === undefined ? Promise.resolve(bytes) : compressors[compress](bytes);
}
