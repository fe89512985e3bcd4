import { crc32 } from 'node:zlib';
import { PartialFile } from '../../../runtime/partial-file.ts';
import { IdFilter } from './id-filter.ts';
import { entryBytes, entryWords, sparseIndexInterval, writeIdRunFooter } from './id-run-file.ts';
import type { IdTimes } from './id-time.ts';

const bufferedEntries = 64 * 1024;

/** Writes an id run entry by entry, in order. It appears whole and on disk, or not at all. */
export class IdRunWriter {
  readonly #file: PartialFile;
  readonly #buffer = new Uint32Array(bufferedEntries * entryWords);
  readonly #filter: IdFilter;
  readonly #sparseIndex: number[] = [];
  #filled = 0;
  #entries = 0;
  #crc32 = 0;

  /** For at most so many entries. */
  constructor(path: string, entries: number) {
    this.#filter = new IdFilter(new Uint8Array(entries));
    this.#file = new PartialFile(path);
  }

  /** Adds the entry that is at `at` in an array of entries. */
  add(from: Uint32Array, at: number): void {
    if (this.#filled === this.#buffer.length) this.#flush();
    const index = this.#entries + this.#filled / entryWords;
    this.#filter.add(from[at]!);
    if (index % sparseIndexInterval === 0) this.#sparseIndex.push(from[at]!);
    for (let word = 0; word < entryWords; word += 1) {
      this.#buffer[this.#filled + word] = from[at + word]!;
    }
    this.#filled += entryWords;
  }

  finish(times: IdTimes): void {
    this.#flush();
    const sparseIndex = Buffer.from(Uint32Array.from(this.#sparseIndex).buffer);
    this.#file.write(sparseIndex);
    const { bits } = this.#filter;
    this.#file.write(bits);
    const footer = writeIdRunFooter({
      entries: this.#entries,
      times,
      crc32: this.#crc32,
      sparseIndexCrc32: crc32(sparseIndex),
      filterBytes: bits.length,
      filterCrc32: crc32(bits),
    });
    this.#file.write(footer);
    this.#file.finish();
  }

  /** Leaves nothing behind. */
  discard(): void {
    this.#file.discard();
  }

  #flush(): void {
    const bytes = Buffer.from(this.#buffer.buffer, 0, this.#filled * 4);
    this.#file.write(bytes);
    this.#crc32 = crc32(bytes, this.#crc32);
    this.#entries += bytes.length / entryBytes;
    this.#filled = 0;
  }
}
