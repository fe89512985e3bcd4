import { dirname } from 'node:path';
import type { AppendFile } from '../runtime/write-file-atomically.ts';
import type { Disk } from './disk.ts';

/** Thrown by every step of a disk that has stopped. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** What a crash leaves of writes that were not synced: all of them (the process was killed) or none (the power failed). */
export type Remains = 'everything' | 'only-synced';

/** A file, as the chunks in which it was written. */
interface Inode {
  chunks: readonly Uint8Array[];
  synced: readonly Uint8Array[];
}

const contentOf = ({ chunks }: Inode): Buffer => Buffer.concat(chunks);

/**
 * A disk in memory that can be stopped before any of its steps that change something. It is as strict as POSIX allows: it
 * forgets writes without `sync` and names without `syncDirectory`.
 */
export class MemoryDisk implements Disk {
  readonly #directories = new Map<string, Map<string, Inode>>();
  readonly #syncedNames = new Map<string, Map<string, Inode>>();
  /** Steps taken so far, by name, for a failure's message. */
  readonly steps: string[] = [];
  /** The step before which the disk stops. */
  stopBefore = Number.POSITIVE_INFINITY;

  async append(path: string, keep: number): Promise<AppendFile> {
    this.#step(`append ${path}`);
    const names = this.#namesOf(path);
    const inode = names.get(path) ?? { chunks: [], synced: [] };
    names.set(path, inode);
    const chunks: Uint8Array[] = keep === 0 ? [] : [contentOf(inode).subarray(0, keep)];
    inode.chunks = chunks;
    return {
      write: async (bytes) => {
        // Half of a write may have happened when the process dies.
        const half = Math.floor(bytes.length / 2);
        this.#step(`write ${path}`);
        chunks.push(new Uint8Array(bytes.subarray(0, half)));
        this.#step(`write rest ${path}`);
        chunks.push(new Uint8Array(bytes.subarray(half)));
      },
      sync: async () => {
        this.#step(`sync ${path}`);
        inode.synced = [...chunks];
      },
      close: async () => undefined,
    };
  }

  async *read(path: string): AsyncGenerator<Uint8Array> {
    this.#alive();
    const inode = this.#find(path);
    if (inode === undefined) throw missing(path);
    const content = contentOf(inode);
    for (let at = 0; at < content.length; at += 64 * 1024)
      yield content.subarray(at, at + 64 * 1024);
  }

  async readText(path: string): Promise<string | undefined> {
    this.#alive();
    const inode = this.#find(path);
    return inode && contentOf(inode).toString();
  }

  async size(path: string): Promise<number | undefined> {
    this.#alive();
    const inode = this.#find(path);
    return inode && contentOf(inode).length;
  }

  async names(directory: string): Promise<readonly string[]> {
    this.#alive();
    const paths = [...(this.#directories.get(directory)?.keys() ?? [])];
    return paths.map((path) => path.slice(directory.length + 1));
  }

  async isDirectory(path: string): Promise<boolean> {
    return this.#directories.has(path);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step(`rename ${from} ${to}`);
    const inode = this.#find(from);
    if (inode === undefined) throw missing(from);
    this.#namesOf(to).set(to, inode);
    this.#namesOf(from).delete(from);
  }

  async remove(path: string): Promise<void> {
    this.#step(`remove ${path}`);
    this.#directories.get(dirname(path))?.delete(path);
  }

  async removeDirectory(path: string): Promise<void> {
    this.#step(`removeDirectory ${path}`);
    if ((this.#directories.get(path)?.size ?? 0) > 0) throw new Error(`${path} is not empty`);
    this.#directories.delete(path);
    this.#syncedNames.delete(path);
  }

  async createDirectory(path: string): Promise<void> {
    this.#step(`createDirectory ${path}`);
    for (const each of [dirname(path), path]) {
      if (!this.#directories.has(each)) this.#directories.set(each, new Map());
    }
  }

  async protectDirectory(): Promise<void> {
    this.#alive();
  }

  async syncDirectory(path: string): Promise<void> {
    this.#step(`syncDirectory ${path}`);
    this.#syncedNames.set(path, new Map(this.#directories.get(path) ?? []));
  }

  /** Every process that could hold it is gone when the next one begins. */
  async lock(): Promise<void> {
    this.#alive();
  }

  /** The disk as the next process finds it. */
  afterCrash(remains: Remains): MemoryDisk {
    const next = new MemoryDisk();
    const names = remains === 'everything' ? this.#directories : this.#syncedNames;
    // The same file may be in two directories, if one of them was synced in between.
    const inodes = new Map<Inode, Inode>();
    for (const path of this.#directories.keys()) {
      const copy = new Map<string, Inode>();
      for (const [name, inode] of names.get(path) ?? []) {
        const chunks = remains === 'everything' ? inode.chunks : inode.synced;
        const left = inodes.get(inode) ?? { chunks, synced: chunks };
        inodes.set(inode, left);
        copy.set(name, left);
      }
      next.#directories.set(path, copy);
      next.#syncedNames.set(path, new Map(copy));
    }
    return next;
  }

  /** The files of a directory and their content. */
  contents(directory: string): Map<string, string> {
    const files = [...(this.#directories.get(directory) ?? [])].sort();
    return new Map(
      files.map(([path, inode]) => [path, contentOf(inode).toString('latin1')] as const),
    );
  }

  #step(name: string): void {
    this.#alive();
    if (this.steps.length + 1 >= this.stopBefore) {
      this.stopBefore = 0;
      throw new Stopped(`The disk stopped before ${name}`);
    }
    this.steps.push(name);
  }

  #alive(): void {
    if (this.stopBefore === 0) throw new Stopped('The disk has stopped');
  }

  #namesOf(path: string): Map<string, Inode> {
    const names = this.#directories.get(dirname(path));
    if (names === undefined) throw missing(dirname(path));
    return names;
  }

  #find(path: string): Inode | undefined {
    return this.#directories.get(dirname(path))?.get(path);
  }
}

function missing(path: string): Error {
  return Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
}
