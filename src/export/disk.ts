import {
  chmod,
  constants,
  lstat,
  open,
  readdir,
  readFile,
  rm,
  rmdir,
  stat,
} from 'node:fs/promises';
import { AnnalsError } from '../core/errors.ts';
import { createDirectory } from '../runtime/create-directory.ts';
import { nodeWritableDisk, type WritableDisk } from '../runtime/write-file-atomically.ts';

/**
 * The part of a file system that an export needs, handed in so that a test can stop it at any step. A write is durable
 * once `sync` has resolved, a name once `syncDirectory` has. Failures reject with Node's own errors.
 */
export interface Disk extends WritableDisk {
  /**
   * The bytes of a file. The first read rejects if the file does not exist. With `into` each chunk is in that memory, and
   * is valid only until the next one is read.
   */
  read(path: string, into?: Uint8Array): AsyncIterable<Uint8Array>;
  /** A small text file as a whole; undefined if there is no such file. */
  readText(path: string): Promise<string | undefined>;
  /** Size in bytes; undefined if there is no such file. */
  size(path: string): Promise<number | undefined>;
  /** The names in a directory; none if there is no such directory. */
  names(directory: string): Promise<readonly string[]>;
  isDirectory(path: string): Promise<boolean>;
  removeDirectory(path: string): Promise<void>;
  /** Creates the directories above it too. */
  createDirectory(path: string): Promise<void>;
  /**
   * Rejects with `conflict` unless this is a directory of our own user, and no link to one, in which others cannot put
   * anything. Others can no longer read it afterwards.
   */
  protectDirectory(path: string): Promise<void>;
  /** Takes a lock file for this process. Rejects with `conflict` while another running process holds it. */
  lock(path: string): Promise<void>;
}

const readBytes = 64 * 1024;

export const nodeDisk: Disk = {
  ...nodeWritableDisk,
  async *read(path, into) {
    const file = await open(path, constants.O_RDONLY);
    try {
      for (;;) {
        const chunk = into ?? Buffer.allocUnsafeSlow(readBytes);
        const { bytesRead } = await file.read(chunk, 0, chunk.length);
        if (bytesRead === 0) return;
        yield chunk.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  },
  readText: (path) => undefinedIfMissing(readFile(path, 'utf8')),
  size: async (path) => (await undefinedIfMissing(stat(path)))?.size,
  names: async (directory) => (await undefinedIfMissing(readdir(directory))) ?? [],
  isDirectory: async (path) => (await undefinedIfMissing(stat(path)))?.isDirectory() ?? false,
  removeDirectory: rmdir,
  createDirectory: async (path) => createDirectory(path),
  async protectDirectory(path) {
    const facts = await lstat(path);
    const { uid, mode } = facts;
    const problem = facts.isSymbolicLink()
      ? 'it is a symbolic link'
      : !facts.isDirectory()
        ? 'it is not a directory'
        : uid !== process.geteuid?.()
          ? `it belongs to another user (uid ${uid})`
          : (mode & 0o022) !== 0
            ? 'others may write in it'
            : undefined;
    if (problem !== undefined) {
      throw new AnnalsError(
        'conflict',
        `Cannot work in ${path}: ${problem}, so it is not used and nothing in it is touched. Remove it, or give an --output in a directory that only you may write to`,
      );
    }
    if ((mode & 0o077) !== 0) await chmod(path, 0o700);
  },
  async lock(path) {
    for (;;) {
      const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
        if (systemErrorCode(error) === 'EEXIST') return undefined;
        throw error;
      });
      if (file !== undefined) {
        await file.writeFile(String(process.pid));
        await file.close();
        return;
      }
      const holder = Number(await undefinedIfMissing(readFile(path, 'utf8')));
      if (holder > 0 && holder !== process.pid && isAlive(holder)) {
        throw new AnnalsError(
          'conflict',
          `Cannot export: process ${holder} works on the same export (its lock is ${path})`,
        );
      }
      await rm(path, { force: true });
    }
  },
};

/** The system's code of an error, such as `ENOENT`. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

async function undefinedIfMissing<T>(result: Promise<T>): Promise<T | undefined> {
  return result.catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}
