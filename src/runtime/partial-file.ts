import { closeSync, fdatasyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/**
 * A file that is written step by step, at once and in the calling thread, under a name with `.part` at its end. With
 * `finish` it appears under its own name, whole and with its content on disk; before that, and after a crash, only the
 * partial file is there. The new name is durable once the caller has synced the directory, perhaps after several files.
 */
export class PartialFile {
  readonly #path: string;
  readonly #partialPath: string;
  readonly #descriptor: number;
  #isOpen = true;

  constructor(path: string) {
    this.#path = path;
    this.#partialPath = `${path}.part`;
    this.#descriptor = openSync(this.#partialPath, 'w');
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
  }

  finish(): void {
    fdatasyncSync(this.#descriptor);
    this.#close();
    renameSync(this.#partialPath, this.#path);
  }

  /** Leaves nothing behind, also when `finish` has failed. */
  discard(): void {
    this.#close();
    rmSync(this.#partialPath, { force: true });
  }

  /** Once only: the number may belong to another file by then. */
  #close(): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }
}
