import { crc32 } from 'node:zlib';
import type { Bounds } from './directory.ts';

export const magic = Buffer.from('ANNALS 1');
export const footerBytes = 52;
/** All that stands before the footer's own checksum. */
const factBytes = 40;

/** The last bytes of a segment: where its directory is, and what is needed of it before that is read. */
export interface Footer extends Bounds {
  readonly directoryStart: number;
  readonly directoryLength: number;
  readonly directorySize: number;
  /** CRC-32 of the directory as it stands in the file. */
  readonly directoryCrc32: number;
  readonly rows: number;
}

export function writeFooter(footer: Footer): Uint8Array {
  const bytes = Buffer.alloc(footerBytes);
  bytes.writeDoubleLE(footer.directoryStart, 0);
  bytes.writeUInt32LE(footer.directoryLength, 8);
  bytes.writeUInt32LE(footer.directorySize, 12);
  bytes.writeUInt32LE(footer.rows, 16);
  bytes.writeDoubleLE(footer.earliest, 20);
  bytes.writeDoubleLE(footer.latest, 28);
  bytes.writeUInt32LE(footer.directoryCrc32, 36);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, factBytes)), factBytes);
  bytes.set(magic, footerBytes - magic.length);
  return bytes;
}

/** Undefined when these bytes are no footer. */
export function readFooter(bytes: Buffer): Footer | undefined {
  if (bytes.length !== footerBytes) return undefined;
  if (!bytes.subarray(footerBytes - magic.length).equals(magic)) return undefined;
  if (bytes.readUInt32LE(factBytes) !== crc32(bytes.subarray(0, factBytes))) return undefined;
  return {
    directoryStart: bytes.readDoubleLE(0),
    directoryLength: bytes.readUInt32LE(8),
    directorySize: bytes.readUInt32LE(12),
    rows: bytes.readUInt32LE(16),
    earliest: bytes.readDoubleLE(20),
    latest: bytes.readDoubleLE(28),
    directoryCrc32: bytes.readUInt32LE(36),
  };
}
