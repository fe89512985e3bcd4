import { crc32 } from 'node:zlib';
import { joinBytes } from '../../../core/bytes.ts';
import { facets } from '../../../core/facets.ts';
import { hashBytes } from '../../event-columns.ts';
import { type ActiveColumns, forEachId, rowCountIndex, valueCountIndex } from './columns.ts';

/** How far columns are filled. */
export interface ColumnsExtent {
  readonly rows: number;
  readonly values: number;
  readonly valueBytes: number;
  readonly textBytes: number;
}

export const emptyExtent: ColumnsExtent = { rows: 0, values: 0, valueBytes: 0, textBytes: 0 };

/** Some consecutive rows of active columns and the values that came with them, as bytes of a file. */
export interface SavedRows {
  /** How far the columns are filled with these rows. */
  readonly extent: ColumnsExtent;
  /** Leaf hash of the last event. It shows whether these are the rows of the database. */
  readonly lastHash: Buffer;
  /** The columns one after the other, then the hashes of the ids. */
  readonly content: Uint8Array<ArrayBuffer>;
}

/** magic | extent, four words | leaf hash | checksum of all before it and the content */
export const headerBytes = 60;
const magic = Buffer.from('ANNALSCO');
const checkedBytes = headerBytes - 4;

/** The rows that the columns have beyond an extent. */
export function encodeRows(
  columns: ActiveColumns,
  from: ColumnsExtent,
  lastHashOf: (row: number) => Uint8Array,
): SavedRows {
  const extent = extentOf(columns);
  const hashes = idHashes(columns, from.rows, extent.rows);
  const content = joinBytes([...viewsOf(columns, from, extent), bytesOf(hashes)]);
  return { extent, lastHash: Buffer.from(lastHashOf(extent.rows - 1)), content };
}

/** Puts saved rows where they were, and returns the hashes of their ids. They become visible once these are entered. */
export function restoreRows(
  columns: ActiveColumns,
  from: ColumnsExtent,
  saved: SavedRows,
): Uint32Array {
  const { extent, content } = saved;
  let at = 0;
  for (const view of viewsOf(columns, from, extent)) {
    view.set(content.subarray(at, at + view.length));
    at += view.length;
  }
  Atomics.store(columns.counters, valueCountIndex, extent.values);
  return new Uint32Array(content.slice(at).buffer);
}

export function encodeHeader({ extent, lastHash, content }: SavedRows): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.set(magic);
  const { rows, values, valueBytes, textBytes } = extent;
  for (const [at, word] of [rows, values, valueBytes, textBytes].entries()) {
    header.writeUInt32LE(word, 8 + at * 4);
  }
  header.set(lastHash, 24);
  header.writeUInt32LE(checksum(header, content), checkedBytes);
  return header;
}

/**
 * The rows after an extent, from their header. `read` returns so many of the bytes that follow the header, or undefined
 * if there are fewer. Undefined when these are not the bytes that were written.
 */
export function decodeRows(
  header: Buffer,
  from: ColumnsExtent,
  read: (bytes: number) => Uint8Array<ArrayBuffer> | undefined,
): SavedRows | undefined {
  if (!header.subarray(0, magic.length).equals(magic)) return undefined;
  const word = (index: number) => header.readUInt32LE(magic.length + index * 4);
  const extent = { rows: word(0), values: word(1), valueBytes: word(2), textBytes: word(3) };
  const length = contentBytes(from, extent);
  const content = length < 0 ? undefined : read(length);
  if (content === undefined || checksum(header, content) !== header.readUInt32LE(checkedBytes)) {
    return undefined;
  }
  return { extent, lastHash: header.subarray(24, 24 + hashBytes), content };
}

function checksum(header: Buffer, content: Uint8Array): number {
  return crc32(content, crc32(header.subarray(0, checkedBytes)));
}

/** The length of what `viewsOf` returns, and of the hashes of ids. */
function contentBytes(from: ColumnsExtent, to: ColumnsExtent): number {
  const rowBytes = 2 * 8 + 3 * 4 + facets.length * 4 + 2 * 4;
  return (
    (to.rows - from.rows) * rowBytes +
    (to.values - from.values) * (4 + 1) +
    (to.valueBytes - from.valueBytes) +
    (to.textBytes - from.textBytes) +
    2 * 8
  );
}

function extentOf({ counters, valueEnds, textEnds }: ActiveColumns): ColumnsExtent {
  const [rows, values] = [counters[rowCountIndex]!, counters[valueCountIndex]!];
  const textBytes = rows === 0 ? 0 : textEnds[rows - 1]!;
  return { rows, values, valueBytes: valueEnds[values]!, textBytes };
}

/** What is between two extents, as bytes to read or to fill. */
function viewsOf(columns: ActiveColumns, from: ColumnsExtent, to: ColumnsExtent): Uint8Array[] {
  const { createdAt, recordedAt, logs, sequences, textEnds, codes } = columns;
  const byRow = [createdAt, recordedAt, logs, sequences, textEnds, ...codes];
  return [
    ...byRow.map((column) => bytesOf(column.subarray(from.rows, to.rows))),
    bytesOf(columns.valueEnds.subarray(from.values + 1, to.values + 1)),
    columns.valueFacets.subarray(from.values + 1, to.values + 1),
    columns.values.subarray(from.valueBytes, to.valueBytes),
    columns.text.subarray(from.textBytes, to.textBytes),
    bytesOf(columns.idTimes),
  ];
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** High and low halves of the hashes of these rows' ids. */
function idHashes(columns: ActiveColumns, from: number, to: number): Uint32Array {
  const hashes = new Uint32Array((to - from) * 2);
  forEachId(columns, (high, low, row) => {
    if (row < from || row >= to) return;
    hashes[(row - from) * 2] = high;
    hashes[(row - from) * 2 + 1] = low;
  });
  return hashes;
}
