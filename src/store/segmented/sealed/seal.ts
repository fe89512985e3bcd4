import { facets } from '../../../core/facets.ts';
import type { ActiveSegment } from '../active/active-segment.ts';
import { ActiveDictionary } from '../active/active-slice.ts';
import { type ActiveColumns, rowGroupRows, visibleRows } from '../active/columns.ts';
import type { LogEnd } from '../active/commit-log-reader.ts';
import type { RowBytes } from '../active/group-row.ts';
import { RowIds } from '../ids/row-ids.ts';
import { writeIdRun } from '../ids/write-id-run.ts';
import {
  encodeFacetColumn,
  type FacetColumn,
  writeFacet,
  writeValueCounts,
} from './facet-columns.ts';
import {
  type Bounds,
  blockRows,
  hashBytes,
  type SealedLog,
  type SegmentOrigin,
  saltBytes,
} from './footer-index.ts';
import { type LogRows, type RowOrder, rowOrder } from './row-order.ts';
import { SegmentFileWriter, splitEvery } from './segment-file-writer.ts';
import { type EncodedTexts, encodeTexts } from './texts.ts';
import { encodeTimes } from './times.ts';
import { trigramFilterOf } from './trigram-filter.ts';

/** Where the two files go that a sealed segment consists of. */
export interface SealedPaths {
  readonly segment: string;
  readonly run: string;
}

/** What stands in rows beside their columns; rows of one log are in order of sequence. */
export interface SealSource {
  /** Rows from one on, at most so many and at least one. */
  rowsFrom(row: number, most: number): RowBytes;
  /** In the order of (log, level, index). */
  nodes(): Uint8Array[];
  logs(): readonly Pick<LogEnd, 'number' | 'organisation'>[];
}

/**
 * Writes a full segment in its final form: sorted by log and sequence, compressed, and with all that is needed to find
 * events in it. Reads the live columns and, once, every row. The ids appear first, then the segment; each whole and on
 * disk, or not at all.
 */
export function sealSegment(segment: ActiveSegment, source: SealSource, paths: SealedPaths): void {
  const { number, columns } = segment;
  writeSegment(paths.segment, (file) => {
    const sealing = new SegmentEncoder(columns, source, file);
    sealing.writeIds(number, paths.run);
    sealing.write(number);
  });
}

/** The same for rows that were sealed before, in these segments; their ids stand where they stood. */
export function sealCompacted(
  columns: ActiveColumns,
  source: SealSource,
  origins: readonly SegmentOrigin[],
  path: string,
): void {
  const [{ number }] = origins as [SegmentOrigin];
  writeSegment(path, (file) => new SegmentEncoder(columns, source, file).write(number, origins));
}

function writeSegment(path: string, write: (file: SegmentFileWriter) => void): void {
  const file = new SegmentFileWriter(path);
  try {
    write(file);
  } catch (error) {
    file.discard();
    throw error;
  }
}

class SegmentEncoder {
  readonly #columns: ActiveColumns;
  readonly #source: SealSource;
  readonly #file: SegmentFileWriter;
  readonly #rows: number;
  readonly #order: RowOrder;

  constructor(columns: ActiveColumns, held: SealSource, file: SegmentFileWriter) {
    this.#columns = columns;
    this.#source = held;
    this.#file = file;
    this.#rows = visibleRows(columns);
    this.#order = rowOrder(columns, this.#rows);
  }

  writeIds(number: number, path: string): void {
    const { ids, idTimes } = this.#columns;
    const sealedRow = new Uint32Array(this.#rows);
    const { activeRows } = this.#order;
    for (let row = 0; row < activeRows.length; row += 1) sealedRow[activeRows[row]!] = row;
    const rowIds = new RowIds(this.#rows);
    for (let slot = 0; slot < ids.length; slot += 3) {
      const row = ids[slot + 2]!;
      if (row === 0) continue;
      rowIds.add({ high: ids[slot]!, low: ids[slot + 1]! }, sealedRow[row - 1]!);
    }
    const times = { earliest: idTimes[0]!, latest: idTimes[1]! };
    writeIdRun(path, number, rowIds, times);
  }

  write(number: number, origins?: readonly SegmentOrigin[]): void {
    const columns = this.#columns;
    const file = this.#file;
    const rows = this.#rows;
    const salts = new Uint8Array(rows * saltBytes);
    const salted = new Uint8Array(rows);
    const leafHashes = new Uint8Array(rows * hashBytes);
    const createdAt = this.#inOrder(columns.createdAt);
    const recordedAt = this.#inOrder(columns.recordedAt);
    const parts = [...splitEvery(createdAt, rowGroupRows)].map(boundsOf);
    const logs = this.#logs(createdAt, recordedAt);
    const texts = this.#texts();
    const facetColumns = this.#facets();
    const directory = {
      number,
      rows,
      logs,
      ...(origins !== undefined && { origins }),
      parts,
      bodies: file.writeFrames(this.#bodies(salts, salted, leafHashes)),
      createdAt: file.writeFrames(splitEvery(createdAt, rowGroupRows).map(encodeTimes)),
      recordedAt: file.writeFrames(splitEvery(recordedAt, rowGroupRows).map(encodeTimes)),
      texts: file.writeFrames(texts.map(({ content }) => content)),
      grams: file.writeFrames(texts.map((part) => trigramFilterOf(part.texts))),
      salted: file.writeFrames(splitEvery(salted, rowGroupRows)),
      facets: facetColumns.map((column) => writeFacet(file, column)),
      tallies: writeValueCounts(file, facetColumns, logs),
      salts: file.writeSection(salts),
      leafHashes: file.writeSection(leafHashes),
      nodes: file.writeSection(Buffer.concat(this.#source.nodes())),
    };
    file.finish(directory, boundsOf(createdAt));
  }

  #inOrder(column: Float64Array): Float64Array {
    const { activeRows } = this.#order;
    const inOrder = new Float64Array(activeRows.length);
    for (let row = 0; row < activeRows.length; row += 1) inOrder[row] = column[activeRows[row]!]!;
    return inOrder;
  }

  #logs(createdAt: Float64Array, recordedAt: Float64Array): SealedLog[] {
    const { sequences } = this.#columns;
    const ends = new Map(this.#source.logs().map((end) => [end.number, end]));
    let firstNode = 0;
    return this.#order.logs.map(({ log, first, rows }: LogRows) => {
      const firstSequence = sequences[this.#order.activeRows[first]!]!;
      const sealed = {
        number: log,
        organisation: ends.get(log)!.organisation,
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

  /** Bodies in blocks. Fills the other things that stand in the rows on the way, so that each is read once. */
  *#bodies(salts: Uint8Array, salted: Uint8Array, leafHashes: Uint8Array): Generator<Uint8Array> {
    for (let first = 0; first < this.#rows; first += blockRows) {
      const block: Uint8Array[] = [];
      const end = Math.min(first + blockRows, this.#rows);
      for (let row = first; row < end; ) {
        const held = this.#source.rowsFrom(this.#order.activeRows[row]!, this.#adjacent(row, end));
        block.push(held.lines);
        leafHashes.set(held.leafHashes, row * hashBytes);
        salts.set(held.salts, row * saltBytes);
        salted.set(held.salted, row);
        row += held.rows;
      }
      yield Buffer.concat(block);
    }
  }

  /** How many rows from one on, up to another, follow each other in the live columns too. */
  #adjacent(row: number, end: number): number {
    const { activeRows } = this.#order;
    let to = row + 1;
    while (to < end && activeRows[to] === activeRows[to - 1]! + 1) to += 1;
    return to - row;
  }

  /** Each part's searchable texts. */
  #texts(): EncodedTexts[] {
    const { text, textEnds } = this.#columns;
    const bytes = Buffer.from(text.buffer);
    return Array.from(splitEvery(this.#order.activeRows, rowGroupRows), (rows) => {
      const ends = rows.map((row) => textEnds[row]!);
      const starts = rows.map((row) => (row === 0 ? 0 : textEnds[row - 1]!));
      return encodeTexts(bytes, starts, ends);
    });
  }

  #facets(): FacetColumn[] {
    const live = new ActiveDictionary(this.#columns);
    return facets.map((_, facet) => {
      const column = this.#columns.codes[facet]!;
      return encodeFacetColumn(facet, column, this.#order.activeRows, live.textsOf(facet));
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

function boundsOf(times: Float64Array): Bounds {
  let [earliest, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    if (time < earliest) earliest = time;
    if (time > latest) latest = time;
  }
  return { earliest, latest };
}
