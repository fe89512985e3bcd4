import { crc32 } from 'node:zlib';
import type { TimeBounds } from '../log-slice.ts';

export const magic = Buffer.from('ANNALS 1');
export const footerBytes = 52;
/** Everything before the footer's own checksum. */
const checkedBytes = 40;

/** The last bytes of a segment: where its footer index is, and what must be known before that is read. */
export interface Footer extends TimeBounds {
  readonly indexStart: number;
  readonly indexLength: number;
  readonly indexSize: number;
  /** CRC-32 of the footer index as it is in the file. */
  readonly indexCrc32: number;
  readonly rows: number;
}

export function writeFooter(footer: Footer): Uint8Array {
  const bytes = Buffer.alloc(footerBytes);
  bytes.writeDoubleLE(footer.indexStart, 0);
  bytes.writeUInt32LE(footer.indexLength, 8);
  bytes.writeUInt32LE(footer.indexSize, 12);
  bytes.writeUInt32LE(footer.rows, 16);
  bytes.writeDoubleLE(footer.earliest, 20);
  bytes.writeDoubleLE(footer.latest, 28);
  bytes.writeUInt32LE(footer.indexCrc32, 36);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, checkedBytes)), checkedBytes);
  bytes.set(magic, footerBytes - magic.length);
  return bytes;
}

/** Undefined when these bytes are not a footer. */
export function readFooter(bytes: Buffer): Footer | undefined {
  if (bytes.length !== footerBytes) return undefined;
  if (!bytes.subarray(footerBytes - magic.length).equals(magic)) return undefined;
  if (bytes.readUInt32LE(checkedBytes) !== crc32(bytes.subarray(0, checkedBytes))) return undefined;
  return {
    indexStart: bytes.readDoubleLE(0),
    indexLength: bytes.readUInt32LE(8),
    indexSize: bytes.readUInt32LE(12),
    rows: bytes.readUInt32LE(16),
    earliest: bytes.readDoubleLE(20),
    latest: bytes.readDoubleLE(28),
    indexCrc32: bytes.readUInt32LE(36),
  };
}
