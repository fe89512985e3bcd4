import { facets } from '../../../core/facets.ts';
import { type RowId, writeRun } from '../ids/write-run.ts';
import { partRows, visibleRows } from '../live/columns.ts';
import type { LiveSegment } from '../live/live-segment.ts';
import type { LogEnd, Rows } from '../live/rows.ts';
import { LiveValues } from '../live/stretch.ts';
import {
  type Bounds,
  blockRows,
  hashBytes,
  type SealedFacet,
  type SealedLog,
  saltBytes,
} from './directory.ts';
import { facetColumn, writeFacet } from './facet-columns.ts';
import { gramsOf } from './grams.ts';
import { pieces } from './pieces.ts';
import { type LogRows, type RowOrder, rowOrder } from './row-order.ts';
import type { SealedInfo } from './sealed-segment.ts';
import { SegmentFileWriter } from './segment-file-writer.ts';
import { textFrame } from './texts.ts';
import { encodeTimes } from './times.ts';

/** Where the two files go that a sealed segment consists of. */
export interface SealedPaths {
  readonly segment: string;
  readonly run: string;
}

/**
 * Writes a full segment in its final form: sorted by log and sequence, compressed, and with all that is needed to find
 * events in it. Reads the live columns and, once, every row. The ids appear first, then the segment; each whole and on
 * disk, or not at all.
 */
export function seal(live: LiveSegment, held: Rows, paths: SealedPaths): SealedInfo {
  const file = new SegmentFileWriter(paths.segment);
  try {
    const sealing = new Sealing(live, held, file);
    sealing.writeIds(paths.run);
    return sealing.write();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

class Sealing {
  readonly #live: LiveSegment;
  readonly #held: Rows;
  readonly #file: SegmentFileWriter;
  readonly #rows: number;
  readonly #order: RowOrder;

  constructor(live: LiveSegment, held: Rows, file: SegmentFileWriter) {
    this.#live = live;
    this.#held = held;
    this.#file = file;
    this.#rows = visibleRows(live.columns);
    this.#order = rowOrder(live.columns, this.#rows);
  }

  writeIds(path: string): void {
    const { ids, idTimes } = this.#live.columns;
    const sealedRow = new Uint32Array(this.#rows);
    for (const [row, live] of this.#order.live.entries()) sealedRow[live] = row;
    const rowIds: RowId[] = [];
    for (let slot = 0; slot < ids.length; slot += 3) {
      const row = ids[slot + 2]!;
      if (row === 0) continue;
      const hash = { high: ids[slot]!, low: ids[slot + 1]! };
      rowIds.push({ row: sealedRow[row - 1]!, hash });
    }
    const times = { earliest: idTimes[0]!, latest: idTimes[1]! };
    writeRun(path, this.#live.number, rowIds, times);
  }

  write(): SealedInfo {
    const { columns, number } = this.#live;
    const file = this.#file;
    const rows = this.#rows;
    const salts = new Uint8Array(rows * saltBytes);
    const salted = new Uint8Array(rows);
    const leafHashes = new Uint8Array(rows * hashBytes);
    const createdAt = this.#inOrder(columns.createdAt);
    const recordedAt = this.#inOrder(columns.recordedAt);
    const parts = [...pieces(createdAt, partRows)].map(boundsOf);
    const directory = {
      number,
      rows,
      logs: this.#logs(createdAt, recordedAt),
      parts,
      bodies: file.frames(this.#bodies(salts, salted, leafHashes)),
      createdAt: file.frames(pieces(createdAt, partRows).map(encodeTimes)),
      recordedAt: file.frames(pieces(recordedAt, partRows).map(encodeTimes)),
      texts: file.frames(this.#texts().map(textFrame)),
      grams: file.frames(this.#texts().map((texts) => gramsOf(Buffer.concat(texts)))),
      salted: file.frames(pieces(salted, partRows)),
      facets: this.#facets(),
      salts: file.section(salts),
      leafHashes: file.section(leafHashes),
      nodes: file.section(Buffer.concat(this.#held.nodes())),
    };
    const bounds = boundsOf(createdAt);
    file.finish(directory, bounds);
    return { number, version: 0, dropped: false, rows, ...bounds };
  }

  #inOrder(column: Float64Array): Float64Array {
    return Float64Array.from(this.#order.live, (row) => column[row]!);
  }

  #logs(createdAt: Float64Array, recordedAt: Float64Array): SealedLog[] {
    const { sequences } = this.#live.columns;
    const ends = new Map<number, LogEnd>(this.#held.logs().map((end) => [end.number, end]));
    let firstNode = 0;
    return this.#order.logs.map(({ log, first, rows }: LogRows) => {
      const firstSequence = sequences[this.#order.live[first]!]!;
      const sealed = {
        number: log,
        organisation: ends.get(log)!.organisation,
        firstRow: first,
        rows,
        firstSequence,
        lastRecordedAt: recordedAt[first + rows - 1]!,
        firstNode,
        ...boundsOf(createdAt.subarray(first, first + rows)),
      };
      firstNode += nodesCompleted(firstSequence, firstSequence + rows);
      return sealed;
    });
  }

  /** Bodies in blocks. Fills the other things that stand in the rows on the way, so that each is read once. */
  *#bodies(salts: Uint8Array, salted: Uint8Array, leafHashes: Uint8Array): Generator<Uint8Array> {
    for (let first = 0; first < this.#rows; first += blockRows) {
      const block: Uint8Array[] = [];
      for (let row = first; row < Math.min(first + blockRows, this.#rows); row += 1) {
        const live = this.#order.live[row]!;
        const chunk = this.#held.chunk(live);
        block.push(chunk.line(live));
        leafHashes.set(chunk.leafHash(live), row * hashBytes);
        const salt = chunk.salt(live);
        if (salt === undefined) continue;
        salts.set(salt, row * saltBytes);
        salted[row] = 1;
      }
      yield Buffer.concat(block);
    }
  }

  /** Each part's searchable texts. */
  *#texts(): Generator<readonly Uint8Array[]> {
    const { text, textEnds } = this.#live.columns;
    for (const rows of pieces(this.#order.live, partRows)) {
      yield Array.from(rows, (row) =>
        text.subarray(row === 0 ? 0 : textEnds[row - 1]!, textEnds[row]!),
      );
    }
  }

  #facets(): SealedFacet[] {
    const live = new LiveValues(this.#live.columns);
    return facets.map((_, facet) => {
      const column = this.#live.columns.codes[facet]!;
      const textOf = (code: number) => live.textOf(facet, code);
      return writeFacet(this.#file, facetColumn(facet, column, this.#order.live, textOf));
    });
  }
}

/** How many tree nodes the events of these sequences complete. */
export function nodesCompleted(from: number, to: number): number {
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
