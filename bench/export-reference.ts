import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  fdatasyncSync,
  openSync,
  readdirSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { PassThrough, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { type Compression, compressBlock } from '../src/export/sinks/block-writer.ts';
import { perSecond } from './figures.ts';

const sampleBytes = 4_000_000;
const blockBytes = 256 * 1_024;
const leastMillis = 500;

const decoders: Readonly<Record<string, () => Transform>> = {
  '.gz': createGunzip,
  '.zst': createZstdDecompress,
};

/** Whole lines from the beginning of an exported file: one entry each, except for a bracket or a header. */
async function sampleOf(directory: string): Promise<Buffer> {
  const file = readdirSync(directory).find((name) => !name.includes('.manifest.')) ?? '';
  const extension = /\.(gz|zst)$/.exec(file)?.[0] ?? '';
  const decoder = (decoders[extension] ?? (() => new PassThrough()))();
  const input = createReadStream(join(directory, file));
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input.pipe(decoder)) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes >= sampleBytes) break;
  }
  input.destroy();
  const text = Buffer.concat(chunks);
  return text.subarray(0, text.lastIndexOf('\n') + 1);
}

/**
 * How many entries a second this machine can compress, hash and write, one step after the other, when it does nothing
 * else. Measured with the text of an export, in the directory of its files.
 */
export async function referencePerSecond(
  directory: string,
  compress: Compression | 'plain',
): Promise<number> {
  const sample = await sampleOf(directory);
  const lines = sample.toString('latin1').split('\n').length - 1;
  const file = openSync(join(directory, 'reference'), 'w');
  const hash = createHash('sha256');
  const began = performance.now();
  let rounds = 0;
  do {
    for (let at = 0; at < sample.length; at += blockBytes) {
      const block = sample.subarray(at, at + blockBytes);
      const packed = await compressBlock(block, compress === 'plain' ? undefined : compress);
      hash.update(packed);
      writeSync(file, packed);
    }
    rounds += 1;
  } while (performance.now() - began < leastMillis);
  fdatasyncSync(file);
  closeSync(file);
  return perSecond(rounds * lines, performance.now() - began);
}
