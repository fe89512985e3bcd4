import { crc32 } from 'node:zlib';
import type { IdTimes } from './id-time.ts';

/** One entry: high half, low half, segment, row; 32 bits each. */
export const entryWords = 4;
export const entryBytes = entryWords * 4;
export const footerBytes = 40;

const magic = Buffer.from('ANNALSID');

/** The last bytes of a run of ids. */
export interface IdRunFooter {
  readonly entries: number;
  readonly times: IdTimes;
  /** Of all entries. */
  readonly crc32: number;
}

export function writeIdRunFooter({ entries, times, crc32: checksum }: IdRunFooter): Buffer {
  const bytes = Buffer.alloc(footerBytes);
  bytes.writeUInt32LE(entries, 0);
  bytes.writeUInt32LE(checksum, 4);
  bytes.writeDoubleLE(times.earliest, 8);
  bytes.writeDoubleLE(times.latest, 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 24)), 24);
  bytes.set(magic, 32);
  return bytes;
}

/** Undefined when these bytes are no footer of a run with so many bytes of entries. */
export function readIdRunFooter(bytes: Buffer, entriesBytes: number): IdRunFooter | undefined {
  if (bytes.length !== footerBytes || !bytes.subarray(32).equals(magic)) return undefined;
  if (bytes.readUInt32LE(24) !== crc32(bytes.subarray(0, 24))) return undefined;
  const entries = bytes.readUInt32LE(0);
  if (entries * entryBytes !== entriesBytes) return undefined;
  const times = { earliest: bytes.readDoubleLE(8), latest: bytes.readDoubleLE(16) };
  return { entries, times, crc32: bytes.readUInt32LE(4) };
}
