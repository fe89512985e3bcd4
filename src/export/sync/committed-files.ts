import { join } from 'node:path';
import { AnnalsError } from '../../core/errors.ts';
import type { AppendFile } from '../../runtime/write-file-atomically.ts';
import type { Disk } from '../disk.ts';

/** Sizes of files, by name. */
export type FileSizes = Readonly<Record<string, number>>;

/**
 * Files that only grow, and together. What was appended counts once the caller has saved the sizes; what is beyond them is
 * cut off at the next append.
 */
export class CommittedFiles {
  readonly #disk: Disk;
  readonly #directory: string;
  #sizes: Record<string, number>;
  readonly #open = new Map<string, AppendFile>();
  /** Whether a file was created since the directory was synced. */
  #hasNewName = false;

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
      const found = (await this.#disk.size(path)) ?? 0;
      if (found < size) {
        throw new AnnalsError(
          'corrupt',
          `Cannot continue: ${path} has ${found} bytes, and should have ${size}`,
        );
      }
      file = await this.#disk.append(path, size);
      this.#hasNewName ||= size === 0;
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
    throw new AnnalsError('corrupt', `Cannot continue: ${name} is shorter than it was`);
  }

  /** Makes everything that was appended durable. The sizes may be saved now. */
  async sync(): Promise<void> {
    for (const file of this.#open.values()) {
      await file.sync();
      await file.close();
    }
    this.#open.clear();
    if (this.#hasNewName) await this.#disk.syncDirectory(this.#directory);
    this.#hasNewName = false;
  }

  /** Forgets files, and returns their names. The caller removes them once it has saved the sizes without them. */
  forget(isObsolete: (name: string) => boolean): string[] {
    const names = Object.keys(this.#sizes).filter(isObsolete);
    this.#sizes = Object.fromEntries(
      Object.entries(this.#sizes).filter(([name]) => !isObsolete(name)),
    );
    return names;
  }
}
