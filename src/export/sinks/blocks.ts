import { createHash, type Hash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';
import { AnnalsError } from '../../core/errors.ts';
import type { AppendFile, Disk } from '../disk.ts';

export const compressions = ['gzip', 'zstd'] as const;
export type Compression = (typeof compressions)[number];

/** Blocks on their way to the disk at once: one being compressed, one being written, one waiting. */
const maxInFlight = 3;

/**
 * Turns text into the bytes of a file, block by block. A compressed block is a whole gzip member or zstd frame, and
 * both may stand one after the other; so a file can be continued behind any block, and since blocks are closed by what
 * is in them and never by time, an interrupted file comes out byte for byte like an undisturbed one.
 */
export class BlockWriter {
  readonly #file: AppendFile;
  readonly #compress: Compression | undefined;
  readonly #hash: Hash;
  #bytes: number;
  #texts: string[] = [];
  #length = 0;
  #inFlight = 0;
  #tail: Promise<void> = Promise.resolve();

  private constructor(
    file: AppendFile,
    compress: Compression | undefined,
    kept: { hash: Hash; bytes: number },
  ) {
    this.#file = file;
    this.#compress = compress;
    this.#hash = kept.hash;
    this.#bytes = kept.bytes;
  }

  /** Writes to what cannot be continued, such as a pipe. */
  static over(file: AppendFile, compress: Compression | undefined): BlockWriter {
    return new BlockWriter(file, compress, { hash: createHash('sha256'), bytes: 0 });
  }

  /** Opens a file behind its first `keep` bytes, which are read again for the hash. */
  static async open(
    disk: Disk,
    path: string,
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
    return new BlockWriter(await disk.append(path, keep), compress, { hash, bytes: keep });
  }

  /** Adds text to the block in hand and gives its length, so that it can be closed when it is full. */
  add(text: string): number {
    this.#texts.push(text);
    this.#length += text.length;
    return this.#length;
  }

  /** Closes the block in hand. Resolves when there is room for another one. */
  async closeBlock(): Promise<void> {
    if (this.#length === 0) return;
    const bytes = Buffer.from(this.#texts.join(''));
    this.#texts = [];
    this.#length = 0;
    this.#inFlight += 1;
    const packed = pack(bytes, this.#compress);
    this.#tail = this.#tail.then(async () => {
      const block = await packed;
      this.#hash.update(block);
      await this.#file.write(block);
      this.#bytes += block.length;
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
    if (this.#bytes === 0 && this.#compress !== undefined) await this.#writeNothing();
    const bytes = await this.sync();
    await this.#file.close();
    return { bytes, sha256: this.#hash.digest('hex') };
  }

  /** A file without a single block is nothing that can be unpacked, so nothing is packed. */
  async #writeNothing(): Promise<void> {
    const block = await pack(Buffer.alloc(0), this.#compress);
    this.#hash.update(block);
    await this.#file.write(block);
    this.#bytes += block.length;
  }

  /** Closes the file as it is. Never rejects. */
  async abandon(): Promise<void> {
    await this.#tail.catch(() => undefined);
    await this.#file.close().catch(() => undefined);
  }
}

const packers = {
  gzip: promisify<Buffer, Buffer>((bytes, done) => gzip(bytes, done)),
  zstd: promisify<Buffer, Buffer>((bytes, done) =>
    zstdCompress(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }, done),
  ),
};

/** One block as it stands in a file. Equal text gives equal bytes. */
export function pack(bytes: Buffer, compress: Compression | undefined): Promise<Buffer> {
  return compress === undefined ? Promise.resolve(bytes) : packers[compress](bytes);
}
