import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { AnnalsError } from '../../../core/errors.ts';
import type { IdHash } from './id-hash.ts';
import { entryBytes, entryWords, footerBytes, readIdRunFooter } from './id-run-file.ts';
import { type IdTimes, idTime } from './id-time.ts';

/** Where an event may stand that has the hash asked for. */
export interface IdPlace {
  readonly segment: number;
  readonly row: number;
}

/** Entries read at a time: one page of memory. */
const window = 256;

/**
 * The ids of some consecutive segments in one file: entries in the order of their hash. Hashes are spread evenly, so
 * an entry's place can be told from its hash to within a few pages; a lookup reads two or three, and nothing is kept in
 * memory.
 */
export class IdRun {
  readonly entries: number;
  readonly times: IdTimes;
  readonly #path: string;
  readonly #descriptor: number;
  readonly #crc32: number;
  readonly #buffer = new Uint32Array(window * entryWords);

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, 'r');
    try {
      const { size } = fstatSync(this.#descriptor);
      const bytes = Buffer.alloc(footerBytes);
      readSync(this.#descriptor, bytes, 0, footerBytes, Math.max(0, size - footerBytes));
      const footer = readIdRunFooter(bytes, size - footerBytes);
      if (footer === undefined) throw this.#damaged('its end is not that of a run of ids');
      this.entries = footer.entries;
      this.times = footer.times;
      this.#crc32 = footer.crc32;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Whether an id can be in here at all, by the time it carries. */
  mayHave(eventID: string): boolean {
    const time = idTime(eventID);
    return time === undefined || (time >= this.times.earliest && time <= this.times.latest);
  }

  /** Where events with this hash stand; nearly always one or none. */
  find(hash: IdHash): IdPlace[] {
    const places: IdPlace[] = [];
    for (let at = this.#firstWith(hash); at < this.entries; at += window) {
      const entries = this.read(at, window, this.#buffer);
      for (let word = 0; word < entries.length; word += entryWords) {
        if (compare(entries, word, hash) !== 0) return places;
        places.push({ segment: entries[word + 2]!, row: entries[word + 3]! });
      }
    }
    return places;
  }

  /** Entries from this one on, at most so many, into a buffer that has room. */
  read(from: number, most: number, into: Uint32Array): Uint32Array {
    const entries = Math.min(most, this.entries - from);
    const bytes = new Uint8Array(into.buffer, into.byteOffset, entries * entryBytes);
    const read = readSync(this.#descriptor, bytes, 0, bytes.length, from * entryBytes);
    if (read !== bytes.length) throw this.#damaged('it ends too early');
    return into.subarray(0, entries * entryWords);
  }

  /** Reads everything and throws `corrupt` if it is not what was written. */
  check(): void {
    const buffer = new Uint32Array(64 * window * entryWords);
    let checksum = 0;
    for (let at = 0; at < this.entries; at += 64 * window) {
      const { byteOffset, byteLength } = this.read(at, 64 * window, buffer);
      checksum = crc32(new Uint8Array(buffer.buffer, byteOffset, byteLength), checksum);
    }
    if (checksum !== this.#crc32) throw this.#damaged('its checksum is wrong');
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** The first entry whose hash is not before this one. */
  #firstWith(hash: IdHash): number {
    // Entries before `low` are before it, entries from `high` on are not.
    let [low, high] = [0, this.entries];
    let guess = (hash.high / 2 ** 32) * this.entries;
    while (low < high) {
      const from = Math.floor(
        Math.min(Math.max(low, guess - window / 2), Math.max(low, high - window)),
      );
      const entries = this.read(from, Math.min(window, high - from), this.#buffer);
      const last = entries.length - entryWords;
      if (compare(entries, 0, hash) >= 0 && from > low) {
        high = from;
        guess = from - distance(entries[0]! - hash.high, this.entries);
      } else if (compare(entries, last, hash) < 0) {
        low = from + last / entryWords + 1;
        guess = low + distance(hash.high - entries[last]!, this.entries);
      } else {
        return from + firstIn(entries, hash);
      }
    }
    return low;
  }

  #damaged(problem: string): AnnalsError {
    return new AnnalsError('corrupt', `Run of ids ${basename(this.#path)} is damaged: ${problem}`);
  }
}

/** About how many entries lie between two hashes that differ by this much in their high half. */
function distance(difference: number, entries: number): number {
  return (difference / 2 ** 32) * entries;
}

function firstIn(entries: Uint32Array, hash: IdHash): number {
  let [low, high] = [0, entries.length / entryWords];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(entries, middle * entryWords, hash) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The order of an entry and a hash. */
function compare(entries: Uint32Array, at: number, { high, low }: IdHash): number {
  return entries[at]! - high || entries[at + 1]! - low;
}
