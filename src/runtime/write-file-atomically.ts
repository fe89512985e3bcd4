import { randomUUID } from 'node:crypto';
import { constants, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file that grows. */
export interface AppendFile {
  /** Once resolved the caller may reuse the memory of the bytes. */
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The steps of which an atomic write is made, handed in so that a test can stop it at any of them. A write is durable
 * once `sync` has resolved, a name once `syncDirectory` has. Failures reject with Node's own errors.
 */
export interface WritableDisk {
  /**
   * Opens for appending after the first `keep` bytes; cuts off the rest. Created if missing, with mode 0600 or as given. A
   * symbolic link is not followed.
   */
  append(path: string, keep: number, mode?: number): Promise<AppendFile>;
  rename(from: string, to: string): Promise<void>;
  /** Not an error when there is no such file. */
  remove(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
}

export interface AtomicWriteOptions {
  /** Of the file, less what the process masks; 0600 when absent. */
  readonly mode?: number;
  /**
   * Where the file is written first, on the same file system; for callers that alone write this file, and that find
   * after a crash what was left there. Absent, it is a new name beside the file, so that several writers may come at the
   * same time and the last one wins.
   */
  readonly temporaryPath?: string;
  readonly disk?: WritableDisk;
}

/**
 * Writes a whole file. Once resolved it is durable under its name, the directory included. When it rejects, or the
 * process or the machine stops, the file is as it was before, or it is the new one whole; never a mixture, never a part.
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  { mode, temporaryPath, disk = nodeWritableDisk }: AtomicWriteOptions = {},
): Promise<void> {
  const temporary = temporaryPath ?? `${path}.${randomUUID()}.new`;
  // What an earlier attempt left may have another mode.
  if (temporaryPath !== undefined) await disk.remove(temporary);
  try {
    const file = await disk.append(temporary, 0, mode);
    try {
      await file.write(typeof content === 'string' ? Buffer.from(content) : content);
      await file.sync();
    } finally {
      await file.close();
    }
    await renameDurably(disk, temporary, path);
  } catch (error) {
    await disk.remove(temporary).catch(() => undefined);
    throw error;
  }
}

/** The last step for a file whose content is durable already: once resolved, its name is too. */
export async function renameDurably(disk: WritableDisk, from: string, to: string): Promise<void> {
  await disk.rename(from, to);
  await disk.syncDirectory(dirname(to));
}

export const nodeWritableDisk: WritableDisk = {
  async append(path, keep, mode = 0o600) {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;
    const file = await open(path, flags, mode);
    let position = keep;
    try {
      await file.truncate(keep);
    } catch (error) {
      await file.close();
      throw error;
    }
    return {
      async write(bytes) {
        let done = 0;
        while (done < bytes.length) {
          const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position);
          done += bytesWritten;
          position += bytesWritten;
        }
      },
      sync: () => file.datasync(),
      close: () => file.close(),
    };
  },
  rename,
  remove: (path) => rm(path, { force: true }),
  async syncDirectory(path) {
    const directory = await open(path, constants.O_RDONLY);
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};
