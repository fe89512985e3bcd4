import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync } from 'node:zlib';
import { joined, release } from '../core/bytes.ts';
import type { Lines, Packing } from './event-store.ts';

/** For what is packed while somebody waits for it. */
const options = {
  params: {
    [constants.ZSTD_c_compressionLevel]: 1,
    [constants.ZSTD_c_checksumFlag]: 1,
  },
};

const compress = promisify<Uint8Array, Buffer>((bytes, done) => zstdCompress(bytes, options, done));

/** One frame, made in this thread. The bytes are released. */
export function packedHere(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const frame = joined([zstdCompressSync(bytes, options)]);
  release(bytes);
  return frame;
}

/** One frame, made in a thread of Node's own. */
export async function packed(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return joined([await compress(bytes)]);
}

/** Lines in the form that was asked for, for stores that have them as they are. */
export async function packLines(
  lines: Lines | undefined,
  packing: Packing,
): Promise<Lines | undefined> {
  if (lines === undefined || packing === 'plain') return lines;
  const bytes = await packed(lines.bytes);
  release(lines.bytes);
  return { ...lines, bytes };
}
