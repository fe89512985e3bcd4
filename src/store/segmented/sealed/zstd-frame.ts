import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

const options = {
  params: {
    [constants.ZSTD_c_compressionLevel]: 1,
    [constants.ZSTD_c_checksumFlag]: 1,
    [constants.ZSTD_c_contentSizeFlag]: 1,
  },
};

/** One zstd frame with a checksum of its content. */
export function compressFrame(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, options);
}

/** Throws when the frame is damaged, in its form or in its content. */
export function decompressFrame(frame: Uint8Array, size: number): Buffer<ArrayBuffer> {
  return zstdDecompressSync(frame, { chunkSize: Math.max(64, size + 1) });
}
