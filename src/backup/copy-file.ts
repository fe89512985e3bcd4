import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

export interface FileSum {
  readonly bytes: number;
  readonly sha256: string;
}

const chunkBytes = 1024 * 1024;
/** How much is read before others may do something, such as ask us to stop. */
const turnBytes = 16 * chunkBytes;

/**
 * Copies a file. It appears under its name whole and with its content on disk, for its owner alone; the name is durable
 * once the directory is synced. `check` is called before, with the sum of what was read and the path of the copy.
 */
export async function copyFile(
  from: string,
  to: string,
  signal: AbortSignal,
  check: (sum: FileSum, partialPath: string) => void | Promise<void> = () => {},
): Promise<FileSum> {
  const partialPath = `${to}.part`;
  const source = openSync(from, 'r');
  try {
    rmSync(partialPath, { force: true });
    const target = openSync(partialPath, 'wx', 0o600);
    let sum: FileSum;
    try {
      sum = await readAll(source, signal, (chunk) => {
        for (let at = 0; at < chunk.length; ) at += writeSync(target, chunk, at);
      });
      fsyncSync(target);
    } finally {
      closeSync(target);
    }
    await check(sum, partialPath);
    renameSync(partialPath, to);
    return sum;
  } catch (error) {
    rmSync(partialPath, { force: true });
    throw error;
  } finally {
    closeSync(source);
  }
}

/** Reads a file from front to back. */
export async function sumFile(path: string, signal: AbortSignal): Promise<FileSum> {
  const file = openSync(path, 'r');
  try {
    return await readAll(file, signal, () => {});
  } finally {
    closeSync(file);
  }
}

/** Whether two files have the same bytes, as far as sums show. */
export function sameSum(one: FileSum, other: FileSum): boolean {
  return one.bytes === other.bytes && one.sha256 === other.sha256;
}

export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

async function readAll(
  file: number,
  signal: AbortSignal,
  use: (chunk: Buffer) => void,
): Promise<FileSum> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let bytes = 0;
  for (;;) {
    if (bytes % turnBytes === 0) {
      await setImmediate();
      signal.throwIfAborted();
    }
    const read = readSync(file, buffer, 0, chunkBytes, null);
    if (read === 0) return { bytes, sha256: hash.digest('hex') };
    const chunk = buffer.subarray(0, read);
    hash.update(chunk);
    use(chunk);
    bytes += read;
  }
}
