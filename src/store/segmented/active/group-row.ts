import { crc32 } from 'node:zlib';
import { hashBytes, saltBytes } from '../../event-columns.ts';
import type { RowBytes } from '../seal-source.ts';
import type { StoredRow } from '../stored-row.ts';
import type { EventBytes } from './packed-appends.ts';

/** A group row has no more events than this, and takes no other one once it has so many bytes. */
const maxEvents = 32;
const enoughBytes = 65_536;

/** Where the group rows end in which some events of one log are written. */
export function groupRowEnds({ lineEnds }: EventBytes, first: number, count: number): number[] {
  const ends: number[] = [];
  let from = first;
  for (let at = first + 1; at <= first + count; at += 1) {
    const bytes = lineEnds[at - 1]! - (lineEnds[from - 1] ?? 0);
    if (at < first + count && at - from < maxEvents && bytes < enoughBytes) continue;
    ends.push(at);
    from = at;
  }
  return ends;
}

/** A group row as it is in the database. */
export interface StoredGroupRow {
  readonly row: number;
  readonly log: number;
  readonly sequence: number;
  readonly times: Uint8Array;
  readonly lines: Uint8Array;
  readonly salts: Uint8Array;
  readonly salted: Uint8Array;
  readonly leaf_hashes: Uint8Array;
  /** See `groupRowChecksum`; null or absent in a row that a program wrote which had none. */
  readonly checksum?: number | null;
}

/** CRC-32 of what a group row has of its events, in the order of the columns. */
export function groupRowChecksum(
  times: Uint8Array,
  lines: Uint8Array,
  salts: Uint8Array,
  salted: Uint8Array,
  leafHashes: Uint8Array,
): number {
  return crc32(leafHashes, crc32(salted, crc32(salts, crc32(lines, crc32(times)))));
}

/** Whether a group row is as it was written, as far as its checksum shows. */
export function isWhole(stored: StoredGroupRow): boolean {
  const { times, lines, salts, salted, leaf_hashes: leafHashes, checksum } = stored;
  if (checksum === undefined || checksum === null) return true;
  return checksum === groupRowChecksum(times, lines, salts, salted, leafHashes);
}

/** Consecutive events of one log that were committed together. They are written and read as one row. */
export class GroupRow {
  /** The row of its first event, and the one after its last. */
  readonly from: number;
  readonly to: number;
  readonly log: number;
  readonly #stored: StoredGroupRow;
  readonly #times: Float64Array;
  readonly #lines: Buffer;
  readonly #lineEnds: number[] = [];

  constructor(stored: StoredGroupRow) {
    const { row, log, times, lines, salted } = stored;
    this.from = row;
    this.to = row + salted.length;
    this.log = log;
    this.#stored = stored;
    this.#times = new Float64Array(times.slice().buffer);
    this.#lines = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
    for (let end = 0; end < lines.length; this.#lineEnds.push(end)) {
      end = this.#lines.indexOf(lineFeed, end) + 1;
    }
  }

  /** About what it takes in memory. */
  get bytes(): number {
    const { lines, salts, leaf_hashes: leafHashes } = this.#stored;
    return lines.length + salts.length + leafHashes.length + 1_024;
  }

  event(row: number): StoredRow {
    const at = row - this.from;
    const line = this.line(row);
    const salt = this.salt(row);
    return {
      log: this.log,
      sequence: this.#stored.sequence + at,
      createdAt: this.#times[at * 2]!,
      recordedAt: this.#times[at * 2 + 1]!,
      body: line.toString('utf8', 0, line.length - 1),
      ...(salt !== undefined && { salt }),
    };
  }

  /** Rows from this one on, at most so many, as far as they are in this group row. */
  rowsFrom(row: number, most: number): RowBytes {
    const from = row - this.from;
    const to = Math.min(this.to - this.from, from + most);
    const { salts, salted, leaf_hashes: leafHashes } = this.#stored;
    return {
      rows: to - from,
      lines: this.#lines.subarray(this.#lineEnds[from - 1] ?? 0, this.#lineEnds[to - 1]!),
      leafHashes: leafHashes.subarray(from * hashBytes, to * hashBytes),
      salts: salts.subarray(from * saltBytes, to * saltBytes),
      salted: salted.subarray(from, to),
    };
  }

  /** The event's body and a line feed. */
  line(row: number): Buffer {
    const at = row - this.from;
    return this.#lines.subarray(this.#lineEnds[at - 1] ?? 0, this.#lineEnds[at]!);
  }

  leafHash(row: number): Uint8Array {
    const at = row - this.from;
    return this.#stored.leaf_hashes.subarray(at * hashBytes, (at + 1) * hashBytes);
  }

  salt(row: number): Uint8Array | undefined {
    const at = row - this.from;
    if (this.#stored.salted[at] === 0) return undefined;
    return this.#stored.salts.subarray(at * saltBytes, (at + 1) * saltBytes);
  }
}

const lineFeed = 0x0a;
