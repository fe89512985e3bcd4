import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync } from 'node:zlib';
import { joinBytes } from '../core/bytes.ts';
import { releaseBuffer } from '../runtime/release-buffer.ts';
import type { Lines, Packing } from './event-store.ts';

/** For packing while a client waits for it. */
const zstdOptions = {
  params: {
    [constants.ZSTD_c_compressionLevel]: 1,
    [constants.ZSTD_c_checksumFlag]: 1,
  },
};

const zstdCompressAsync = promisify<Uint8Array, Buffer>((bytes, done) =>
  zstdCompress(bytes, zstdOptions, done),
);

/** One frame, packed in this thread. The bytes are released. */
export function compressFrameSync(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const frame = joinBytes([zstdCompressSync(bytes, zstdOptions)]);
  releaseBuffer(bytes);
  return frame;
}

/** One frame, packed in a thread of Node's pool. */
export async function compressFrame(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return joinBytes([await zstdCompressAsync(bytes)]);
}

/** Lines in the requested form, for stores that have them plain. */
export async function compressLines(
  lines: Lines | undefined,
  packing: Packing,
): Promise<Lines | undefined> {
  if (lines === undefined || packing === 'plain') return lines;
  const bytes = await compressFrame(lines.bytes);
  releaseBuffer(lines.bytes);
  return { ...lines, bytes };
}
