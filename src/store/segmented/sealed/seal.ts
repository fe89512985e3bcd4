import { facets } from '../../../core/facets.ts';
import { hashBytes, saltBytes } from '../../event-columns.ts';
import { RowIds } from '../ids/row-ids.ts';
import { writeIdRun } from '../ids/write-id-run.ts';
import { rowGroupRows, type TimeBounds } from '../log-slice.ts';
import type { IdSource, SealSource } from '../seal-source.ts';
import {
  encodeFacetColumn,
  type FacetColumn,
  writeFacet,
  writeValueCounts,
} from './facet-columns.ts';
import { blockRows, type SealedLog, type SegmentOrigin } from './footer-index.ts';
import { type LogRows, type RowOrder, rowOrder } from './row-order.ts';
import { SegmentFileWriter, splitEvery } from './segment-file-writer.ts';
import { type EncodedTexts, encodeTexts } from './texts.ts';
import { encodeTimes } from './times.ts';
import { writeTexts } from './write-texts.ts';

/** Paths of the two files that come from sealing a segment. */
interface SealedPaths {
  readonly segment: string;
  readonly run: string;
}

/**
 * Writes a full segment in its final form: sorted by log and sequence, compressed, and with everything that is needed to
 * find events in it. It reads every row once. The id run appears first, then the segment; each whole and on disk, or not
 * at all.
 */
export function sealSegment(
  number: number,
  source: SealSource & IdSource,
  paths: SealedPaths,
): void {
  writeSegment(source, paths.segment, (encoder) => {
    encoder.writeIds(number, source, paths.run);
    encoder.write(number);
  });
}

/** The same for rows that were sealed before, in these segments. Their ids stay in the runs that have them. */
export function sealCompacted(
  source: SealSource,
  origins: readonly SegmentOrigin[],
  path: string,
): void {
  const [{ number }] = origins as [SegmentOrigin];
  writeSegment(source, path, (encoder) => encoder.write(number, origins));
}

function writeSegment(
  source: SealSource,
  path: string,
  write: (encoder: SegmentEncoder) => void,
): void {
  const file = new SegmentFileWriter(path);
  try {
    write(new SegmentEncoder(source, file));
  } catch (error) {
    file.discard();
    throw error;
  }
}

class SegmentEncoder {
  readonly #source: SealSource;
  readonly #file: SegmentFileWriter;
  readonly #order: RowOrder;

  constructor(source: SealSource, file: SegmentFileWriter) {
    this.#source = source;
    this.#file = file;
    this.#order = rowOrder(source.logs, source.rows);
  }

  writeIds(number: number, ids: IdSource, path: string): void {
    const { sourceRows } = this.#order;
    const sealedRows = new Uint32Array(sourceRows.length);
    for (let row = 0; row < sourceRows.length; row += 1) sealedRows[sourceRows[row]!] = row;
    const rowIds = new RowIds(sealedRows.length);
    ids.forEachId((high, low, row) => rowIds.add({ high, low }, sealedRows[row]!));
    writeIdRun(path, number, rowIds, ids.idTimes);
  }

  write(number: number, origins?: readonly SegmentOrigin[]): void {
    const file = this.#file;
    const { rows } = this.#source;
    const salts = new Uint8Array(rows * saltBytes);
    const salted = new Uint8Array(rows);
    const leafHashes = new Uint8Array(rows * hashBytes);
    const createdAt = this.#inOrder(this.#source.createdAt);
    const recordedAt = this.#inOrder(this.#source.recordedAt);
    const logs = this.#logs(createdAt, recordedAt);
    const texts = this.#texts();
    const facetColumns = this.#facets();
    const index = {
      number,
      rows,
      logs,
      ...(origins !== undefined && { origins }),
      rowGroups: [...splitEvery(createdAt, rowGroupRows)].map(boundsOf),
      bodies: file.writeFrames(this.#bodies(salts, salted, leafHashes)),
      createdAt: file.writeFrames(splitEvery(createdAt, rowGroupRows).map(encodeTimes)),
      recordedAt: file.writeFrames(splitEvery(recordedAt, rowGroupRows).map(encodeTimes)),
      ...writeTexts(file, texts, rows),
      salted: file.writeFrames(splitEvery(salted, rowGroupRows)),
      facets: facetColumns.map((column) => writeFacet(file, column)),
      valueCounts: writeValueCounts(file, facetColumns, logs),
      salts: file.writeSection(salts),
      leafHashes: file.writeSection(leafHashes),
      nodes: file.writeSection(Buffer.concat(this.#source.nodes())),
    };
    file.finish(index, boundsOf(createdAt));
  }

  #inOrder(column: Float64Array): Float64Array {
    const { sourceRows } = this.#order;
    const inOrder = new Float64Array(sourceRows.length);
    for (let row = 0; row < sourceRows.length; row += 1) inOrder[row] = column[sourceRows[row]!]!;
    return inOrder;
  }

  #logs(createdAt: Float64Array, recordedAt: Float64Array): SealedLog[] {
    const { sequences } = this.#source;
    const organisations = this.#source.organisations();
    let firstNode = 0;
    return this.#order.logs.map(({ log, first, rows }: LogRows) => {
      const firstSequence = sequences[this.#order.sourceRows[first]!]!;
      const sealed = {
        number: log,
        organisation: organisations.get(log)!,
        firstRow: first,
        rows,
        firstSequence,
        firstRecordedAt: recordedAt[first]!,
        lastRecordedAt: recordedAt[first + rows - 1]!,
        firstNode,
        ...boundsOf(createdAt.subarray(first, first + rows)),
      };
      firstNode += completedNodeCount(firstSequence, firstSequence + rows);
      return sealed;
    });
  }

  /** Bodies in blocks. On the way it fills salts and hashes, so that each row is read once. */
  *#bodies(salts: Uint8Array, salted: Uint8Array, leafHashes: Uint8Array): Generator<Uint8Array> {
    const { sourceRows } = this.#order;
    for (let first = 0; first < sourceRows.length; first += blockRows) {
      const block: Uint8Array[] = [];
      const end = Math.min(first + blockRows, sourceRows.length);
      for (let row = first; row < end; ) {
        const some = this.#source.rowsFrom(sourceRows[row]!, this.#adjacent(row, end));
        block.push(some.lines);
        leafHashes.set(some.leafHashes, row * hashBytes);
        salts.set(some.salts, row * saltBytes);
        salted.set(some.salted, row);
        row += some.rows;
      }
      yield Buffer.concat(block);
    }
  }

  /** How many rows from this one on, up to `end`, follow each other in the source too. */
  #adjacent(row: number, end: number): number {
    const { sourceRows } = this.#order;
    let to = row + 1;
    while (to < end && sourceRows[to] === sourceRows[to - 1]! + 1) to += 1;
    return to - row;
  }

  /** The searchable texts of each row group. */
  #texts(): EncodedTexts[] {
    const { text, textEnds } = this.#source;
    const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    return Array.from(splitEvery(this.#order.sourceRows, rowGroupRows), (rows) => {
      const ends = rows.map((row) => textEnds[row]!);
      const starts = rows.map((row) => (row === 0 ? 0 : textEnds[row - 1]!));
      return encodeTexts(bytes, starts, ends);
    });
  }

  #facets(): FacetColumn[] {
    return facets.map((_, facet) => {
      const column = this.#source.codes[facet]!;
      const textOf = this.#source.textsOf(facet);
      return encodeFacetColumn(facet, column, this.#order.sourceRows, textOf);
    });
  }
}

/** How many tree nodes the events of these sequences complete. */
function completedNodeCount(from: number, to: number): number {
  let nodes = 0;
  for (let span = 256; span <= to; span *= 256) {
    nodes += Math.floor(to / span) - Math.floor(from / span);
  }
  return nodes;
}

function boundsOf(times: Float64Array): TimeBounds {
  let [earliest, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    if (time < earliest) earliest = time;
    if (time > latest) latest = time;
  }
  return { earliest, latest };
}
