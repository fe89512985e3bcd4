import { createHash, type Hash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';
import { AnnalsError } from '../../core/errors.ts';
import type { AppendFile } from '../../runtime/write-file-atomically.ts';
import type { Disk } from '../disk.ts';
import { TextBuffer } from '../text-buffer.ts';

export const compressions = ['gzip', 'zstd'] as const;
export type Compression = (typeof compressions)[number];

/** Blocks on their way to the disk at once: one being compressed, one being written, one waiting. */
const maxInFlight = 3;

/**
 * Turns text into the bytes of a file, block by block. A compressed block is a whole gzip member or zstd frame, and
 * both may stand one after the other; so a file can be continued behind any block, and since blocks are closed by what
 * is in them and never by time, an interrupted file comes out byte for byte like an undisturbed one.
 *
 * Texts become bytes at once, in memory that is used again for later blocks: however fast they come, there is nothing
 * of them for the garbage collector to keep.
 */
export class BlockWriter {
  readonly #file: AppendFile;
  readonly #memory: BlockPool;
  readonly #compress: Compression | undefined;
  readonly #hash: Hash;
  #bytes: number;
  /** The block in hand, once something is in it. */
  #block: TextBuffer | undefined;
  #inFlight = 0;
  #tail: Promise<void> = Promise.resolve();

  private constructor(
    file: AppendFile,
    memory: BlockPool,
    compress: Compression | undefined,
    kept: { hash: Hash; bytes: number },
  ) {
    this.#file = file;
    this.#memory = memory;
    this.#compress = compress;
    this.#hash = kept.hash;
    this.#bytes = kept.bytes;
  }

  /** Writes to what cannot be continued, such as a pipe. */
  static forStream(
    file: AppendFile,
    memory: BlockPool,
    compress: Compression | undefined,
  ): BlockWriter {
    return new BlockWriter(file, memory, compress, { hash: createHash('sha256'), bytes: 0 });
  }

  /** Opens a file behind its first `keep` bytes, which are read again for the hash. */
  static async open(
    disk: Disk,
    path: string,
    memory: BlockPool,
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
        `Cannot continue ${path}: it has ${seen} bytes and ${keep} were safe`,
      );
    }
    return new BlockWriter(await disk.append(path, keep), memory, compress, { hash, bytes: keep });
  }

  /** Adds texts to the block in hand. True when it is full: then it is to be closed before more is added. */
  add(...texts: readonly string[]): boolean {
    this.#block ??= this.#memory.take();
    for (const text of texts) this.#block.add(text);
    return this.#block.isFull;
  }

  /** Closes the block in hand. Resolves when there is room for another one. */
  async closeBlock(): Promise<void> {
    const block = this.#block;
    if (block === undefined || block.length === 0) return;
    this.#block = undefined;
    this.#inFlight += 1;
    const packed = compressBlock(block.bytes(), this.#compress);
    this.#tail = this.#tail.then(async () => {
      await this.#write(await packed);
      this.#memory.release(block);
      this.#inFlight -= 1;
    });
    // Whoever waits for the tail next is told of a failure; here it must only not go unheard.
    this.#tail.catch(() => undefined);
    packed.catch(() => undefined);
    if (this.#inFlight >= maxInFlight) await this.#tail;
  }

  /** Makes all closed blocks durable and gives the size of the file with them. */
  async sync(): Promise<number> {
    await this.#tail;
    await this.#file.sync();
    return this.#bytes;
  }

  /** Closes the last block and the file, durable. */
  async finish(): Promise<{ bytes: number; sha256: string }> {
    await this.closeBlock();
    await this.#tail;
    // A file without a single block is nothing that can be unpacked, so nothing is packed.
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
    if (this.#block !== undefined) this.#memory.release(this.#block);
    this.#block = undefined;
    await this.#file.close();
  }
}

/** Memory for blocks, lent to the files of an export one after the other. */
export class BlockPool {
  readonly #blockBytes: number;
  readonly #free: TextBuffer[] = [];

  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes;
  }

  take(): TextBuffer {
    return this.#free.pop() ?? new TextBuffer(this.#blockBytes);
  }

  release(block: TextBuffer): void {
    block.clear();
    this.#free.push(block);
  }
}

const zstdOptions = {
  params: {
    [constants.ZSTD_c_checksumFlag]: 1,
    // The lowest level: for blocks of JSON it packs no worse than the usual third one, in less time and memory.
    [constants.ZSTD_c_compressionLevel]: 1,
  },
};

const compressors = {
  gzip: promisify<Buffer, Buffer>((bytes, done) => gzip(bytes, done)),
  zstd: promisify<Buffer, Buffer>((bytes, done) => zstdCompress(bytes, zstdOptions, done)),
};

/** One block as it stands in a file. Equal text gives equal bytes. */
export function compressBlock(bytes: Buffer, compress: Compression | undefined): Promise<Buffer> {
  return compress === undefined ? Promise.resolve(bytes) : compressors[compress](bytes);
}
