import { join } from 'node:path';
import { AnnalsError } from '../../core/errors.ts';
import type { AppendFile } from '../../runtime/write-file-atomically.ts';
import type { Disk } from '../disk.ts';

/** Sizes of files, by name. */
export type FileSizes = Readonly<Record<string, number>>;

/**
 * Files that only grow, and together: what was appended counts once the sizes were kept elsewhere, and what lies beyond
 * them is cut off when a file is next appended to.
 */
export class CommittedFiles {
  readonly #disk: Disk;
  readonly #directory: string;
  #sizes: Record<string, number>;
  readonly #open = new Map<string, AppendFile>();
  #made = false;

  constructor(disk: Disk, directory: string, sizes: FileSizes) {
    this.#disk = disk;
    this.#directory = directory;
    this.#sizes = { ...sizes };
  }

  get sizes(): FileSizes {
    return { ...this.#sizes };
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    const size = this.#sizes[name] ?? 0;
    let file = this.#open.get(name);
    if (file === undefined) {
      const path = join(this.#directory, name);
      const there = (await this.#disk.size(path)) ?? 0;
      if (there < size) {
        throw new AnnalsError(
          'corrupt',
          `Cannot go on: ${path} has ${there} bytes and ought to have ${size}`,
        );
      }
      file = await this.#disk.append(path, size);
      this.#made ||= size === 0;
      this.#open.set(name, file);
    }
    await file.write(bytes);
    this.#sizes[name] = size + bytes.length;
  }

  /** The bytes that count. */
  async *read(name: string): AsyncGenerator<Uint8Array> {
    let rest = this.#sizes[name] ?? 0;
    if (rest === 0) return;
    for await (const chunk of this.#disk.read(join(this.#directory, name))) {
      yield chunk.subarray(0, rest);
      rest -= Math.min(rest, chunk.length);
      if (rest === 0) return;
    }
    throw new AnnalsError('corrupt', `Cannot go on: ${name} is shorter than it was`);
  }

  /** Makes everything appended durable. The sizes may be kept now. */
  async sync(): Promise<void> {
    for (const file of this.#open.values()) {
      await file.sync();
      await file.close();
    }
    this.#open.clear();
    if (this.#made) await this.#disk.syncDirectory(this.#directory);
    this.#made = false;
  }

  /** Gives up files, by name. They are removed once the sizes without them were kept. */
  forget(gone: (name: string) => boolean): string[] {
    const names = Object.keys(this.#sizes).filter(gone);
    this.#sizes = Object.fromEntries(Object.entries(this.#sizes).filter(([name]) => !gone(name)));
    return names;
  }
}
