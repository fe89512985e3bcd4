import { crc32 } from 'node:zlib';
import { PartialFile } from '../../../runtime/partial-file.ts';
import { IdFilter } from './id-filter.ts';
import { entryBytes, entryWords, sparseIndexInterval, writeIdRunFooter } from './id-run-file.ts';
import type { IdTimes } from './id-time.ts';

const bufferedEntries = 64 * 1024;

/** Writes a run of ids beside its place, entry by entry in order. It appears there whole and on disk, or not at all. */
export class IdRunWriter {
  readonly #file: PartialFile;
  readonly #buffer = new Uint32Array(bufferedEntries * entryWords);
  readonly #filter: IdFilter;
  readonly #sparseIndex: number[] = [];
  #filled = 0;
  #entries = 0;
  #crc32 = 0;

  /** For a run of so many entries or fewer. */
  constructor(path: string, entries: number) {
    this.#filter = new IdFilter(new Uint8Array(entries));
    this.#file = new PartialFile(path);
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
    this.#file.write(fences);
    const { bits } = this.#filter;
    this.#file.write(bits);
    const footer = writeIdRunFooter({
      entries: this.#entries,
      times,
      crc32: this.#crc32,
      sparseIndexCrc32: crc32(fences),
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
