import { crc32 } from 'node:zlib';
import type { IdTimes } from './id-time.ts';

/** One entry: high half, low half, segment, row; 32 bits each. */
export const entryWords = 4;
export const entryBytes = entryWords * 4;

/**
 * The sparse index has the high half of every 128th hash. It is small enough for memory, and says which entries to
 * read.
 */
export const sparseIndexInterval = 128;

export function sparseIndexLength(entries: number): number {
  return Math.ceil(entries / sparseIndexInterval);
}

export function filterStart(entries: number): number {
  return entries * entryBytes + sparseIndexLength(entries) * 4;
}

export const footerBytes = 48;

const magic = Buffer.from('ANNALSID');

/** The last bytes of an id run: entries | sparse index | filter (see `IdFilter`) | footer. */
export interface IdRunFooter {
  readonly entries: number;
  readonly times: IdTimes;
  /** Of all entries. */
  readonly crc32: number;
  readonly sparseIndexCrc32: number;
  readonly filterBytes: number;
  readonly filterCrc32: number;
}

export function writeIdRunFooter(footer: IdRunFooter): Buffer {
  const bytes = Buffer.alloc(footerBytes);
  bytes.writeUInt32LE(footer.entries, 0);
  bytes.writeUInt32LE(footer.crc32, 4);
  bytes.writeDoubleLE(footer.times.earliest, 8);
  bytes.writeDoubleLE(footer.times.latest, 16);
  bytes.writeUInt32LE(footer.sparseIndexCrc32, 24);
  bytes.writeUInt32LE(footer.filterCrc32, 28);
  bytes.writeUInt32LE(footer.filterBytes, 32);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 36)), 36);
  bytes.set(magic, 40);
  return bytes;
}

/** Undefined when these bytes are not the footer of a run with so many bytes before it. */
export function readIdRunFooter(bytes: Buffer, bytesBefore: number): IdRunFooter | undefined {
  if (bytes.length !== footerBytes || !bytes.subarray(40).equals(magic)) return undefined;
  if (bytes.readUInt32LE(36) !== crc32(bytes.subarray(0, 36))) return undefined;
  const entries = bytes.readUInt32LE(0);
  const filterBytes = bytes.readUInt32LE(32);
  if (filterStart(entries) + filterBytes !== bytesBefore) return undefined;
  return {
    entries,
    times: { earliest: bytes.readDoubleLE(8), latest: bytes.readDoubleLE(16) },
    crc32: bytes.readUInt32LE(4),
    sparseIndexCrc32: bytes.readUInt32LE(24),
    filterBytes,
    filterCrc32: bytes.readUInt32LE(28),
  };
}
