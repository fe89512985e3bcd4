import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { AnnalsError } from '../../../core/errors.ts';
import { IdFilter } from './id-filter.ts';
import type { IdHash } from './id-hash.ts';
import {
  entryBytes,
  entryWords,
  filterStart,
  footerBytes,
  type IdRunFooter,
  readIdRunFooter,
  sparseIndexInterval,
  sparseIndexLength,
} from './id-run-file.ts';
import { type IdTimes, idTime } from './id-time.ts';

/** Where an event may be that has a hash: the segment and row when it was sealed. */
export interface IdLocation {
  readonly segment: number;
  readonly row: number;
}

/** Entries read at a time: an interval of the sparse index, and some more in case the hash continues after it. */
const entriesPerRead = sparseIndexInterval + 32;

/**
 * The ids of some consecutive segments in one file: entries in the order of their hash, and a sparse index in memory, four
 * bytes for each 128 entries. A lookup is one read.
 */
export class IdRun {
  readonly entries: number;
  readonly times: IdTimes;
  readonly #path: string;
  readonly #descriptor: number;
  readonly #footer: IdRunFooter;
  readonly #sparseIndex: Uint32Array;
  readonly #buffer = new Uint32Array(entriesPerRead * entryWords);

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, 'r');
    try {
      const { size } = fstatSync(this.#descriptor);
      const bytes = Buffer.alloc(footerBytes);
      readSync(this.#descriptor, bytes, 0, footerBytes, Math.max(0, size - footerBytes));
      const footer = readIdRunFooter(bytes, size - footerBytes);
      if (footer === undefined) throw this.#corrupt('its end is not that of an id run');
      this.entries = footer.entries;
      this.times = footer.times;
      this.#footer = footer;
      this.#sparseIndex = this.#readSparseIndex();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Whether an id can be in this run at all, by the time in it. */
  mayHave(eventID: string): boolean {
    const time = idTime(eventID);
    return time === undefined || (time >= this.times.earliest && time <= this.times.latest);
  }

  /** Where events with this hash may be; nearly always one or none. */
  find(hash: IdHash): IdLocation[] {
    const locations: IdLocation[] = [];
    for (let at = this.#indexedEntryBefore(hash); at < this.entries; at += entriesPerRead) {
      const entries = this.read(at, entriesPerRead, this.#buffer);
      for (let word = firstIn(entries, hash) * entryWords; word < entries.length; ) {
        if (compare(entries, word, hash) !== 0) return locations;
        locations.push({ segment: entries[word + 2]!, row: entries[word + 3]! });
        word += entryWords;
      }
    }
    return locations;
  }

  /** Reads the filter, about a byte for each entry. */
  filter(): IdFilter {
    const { entries, filterBytes, filterCrc32 } = this.#footer;
    const start = filterStart(entries);
    return new IdFilter(new Uint8Array(this.#section('filter', start, filterBytes, filterCrc32)));
  }

  /** Reads entries from this one on, at most so many, into a buffer that is large enough. */
  read(from: number, most: number, into: Uint32Array): Uint32Array {
    const entries = Math.min(most, this.entries - from);
    const bytes = new Uint8Array(into.buffer, into.byteOffset, entries * entryBytes);
    const read = readSync(this.#descriptor, bytes, 0, bytes.length, from * entryBytes);
    if (read !== bytes.length) throw this.#corrupt('it ends too early');
    return into.subarray(0, entries * entryWords);
  }

  /** Reads everything, and throws `corrupt` if it is not as it was written. */
  check(): void {
    const buffer = new Uint32Array(64 * entriesPerRead * entryWords);
    let checksum = 0;
    for (let at = 0; at < this.entries; at += 64 * entriesPerRead) {
      const { byteOffset, byteLength } = this.read(at, 64 * entriesPerRead, buffer);
      checksum = crc32(new Uint8Array(buffer.buffer, byteOffset, byteLength), checksum);
    }
    this.filter();
    if (checksum !== this.#footer.crc32) throw this.#corrupt('its checksum is wrong');
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** The last indexed entry before which all hashes are lower than this one; 0 if there is none. */
  #indexedEntryBefore({ high }: IdHash): number {
    let [low, above] = [0, this.#sparseIndex.length];
    while (low < above) {
      const middle = (low + above) >>> 1;
      if (this.#sparseIndex[middle]! < high) low = middle + 1;
      else above = middle;
    }
    return Math.max(0, low - 1) * sparseIndexInterval;
  }

  #readSparseIndex(): Uint32Array {
    const { entries, sparseIndexCrc32 } = this.#footer;
    const start = entries * entryBytes;
    return new Uint32Array(
      this.#section('sparse index', start, sparseIndexLength(entries) * 4, sparseIndexCrc32),
    );
  }

  #section(name: string, start: number, length: number, checksum: number): ArrayBuffer {
    const bytes = Buffer.from(new ArrayBuffer(length));
    const read = readSync(this.#descriptor, bytes, 0, length, start);
    if (read !== length || crc32(bytes) !== checksum) {
      throw this.#corrupt(`the checksum of its ${name} is wrong`);
    }
    return bytes.buffer;
  }

  #corrupt(problem: string): AnnalsError {
    return new AnnalsError('corrupt', `Id run ${basename(this.#path)} is damaged: ${problem}`);
  }
}

/** How many of these entries, which are in order, are lower than the hash. */
function firstIn(entries: Uint32Array, hash: IdHash): number {
  let [low, high] = [0, entries.length / entryWords];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(entries, middle * entryWords, hash) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Compares an entry with a hash. */
function compare(entries: Uint32Array, at: number, { high, low }: IdHash): number {
  return entries[at]! - high || entries[at + 1]! - low;
}
