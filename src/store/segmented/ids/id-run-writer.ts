import { closeSync, fdatasyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { IdFilter } from './id-filter.ts';
import { entryBytes, entryWords, sparseIndexInterval, writeIdRunFooter } from './id-run-file.ts';
import type { IdTimes } from './id-time.ts';

const bufferedEntries = 64 * 1024;

/** Writes a run of ids beside its place, entry by entry in order. It appears there whole and on disk, or not at all. */
export class IdRunWriter {
  readonly #path: string;
  readonly #partialPath: string;
  readonly #descriptor: number;
  readonly #buffer = new Uint32Array(bufferedEntries * entryWords);
  readonly #filter: IdFilter;
  readonly #sparseIndex: number[] = [];
  #filled = 0;
  #entries = 0;
  #crc32 = 0;

  /** For a run of so many entries or fewer. */
  constructor(path: string, entries: number) {
    this.#filter = new IdFilter(new Uint8Array(entries));
    this.#path = path;
    this.#partialPath = `${path}.part`;
    this.#descriptor = openSync(this.#partialPath, 'w');
  }

  /** Takes an entry over from an array of entries. */
  add(from: Uint32Array, at: number): void {
    if (this.#filled === this.#buffer.length) this.#flush();
    const place = this.#entries + this.#filled / entryWords;
    this.#filter.add(from[at]!);
    if (place % sparseIndexInterval === 0) this.#sparseIndex.push(from[at]!);
    for (let word = 0; word < entryWords; word += 1) {
      this.#buffer[this.#filled + word] = from[at + word]!;
    }
    this.#filled += entryWords;
  }

  finish(times: IdTimes): void {
    this.#flush();
    const fences = Buffer.from(Uint32Array.from(this.#sparseIndex).buffer);
    writeAll(this.#descriptor, fences);
    const { bits } = this.#filter;
    writeAll(this.#descriptor, bits);
    const footer = writeIdRunFooter({
      entries: this.#entries,
      times,
      crc32: this.#crc32,
      sparseIndexCrc32: crc32(fences),
      filterBytes: bits.length,
      filterCrc32: crc32(bits),
    });
    writeAll(this.#descriptor, footer);
    fdatasyncSync(this.#descriptor);
    closeSync(this.#descriptor);
    renameSync(this.#partialPath, this.#path);
  }

  /** Leaves nothing behind. */
  discard(): void {
    closeSync(this.#descriptor);
    rmSync(this.#partialPath, { force: true });
  }

  #flush(): void {
    const bytes = Buffer.from(this.#buffer.buffer, 0, this.#filled * 4);
    writeAll(this.#descriptor, bytes);
    this.#crc32 = crc32(bytes, this.#crc32);
    this.#entries += bytes.length / entryBytes;
    this.#filled = 0;
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}
