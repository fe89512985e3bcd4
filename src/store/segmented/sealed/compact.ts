import { facets } from '../../../core/facets.ts';
import { searchFieldsOf } from '../../search-fields.ts';
import { ColumnWriter } from '../active/column-writer.ts';
import { type ActiveColumns, createActiveColumns, rowGroupRows } from '../active/columns.ts';
import type { RowBytes } from '../active/group-row.ts';
import { toSearchableEvent } from '../active/searchable-event.ts';
import { idHash } from '../ids/id-hash.ts';
import {
  blockRows,
  hashBytes,
  type SealedLog,
  type SegmentOrigin,
  saltBytes,
} from './footer-index.ts';
import { type SealSource, sealCompacted } from './seal.ts';
import type { SealedSegment } from './sealed-segment.ts';
import { SealedSlice } from './sealed-slice.ts';
import { SealedDictionary } from './sealed-values.ts';

/**
 * Makes one sealed segment of neighbours, at a path where it appears whole and on disk or not at all. Runs of ids stay as
 * they are: the new segment knows which row the one had that an id names.
 */
export function compactSegments(segments: readonly SealedSegment[], path: string): void {
  const parts = inputsOf(segments);
  const origins = segments.flatMap(originsOf);
  sealCompacted(columnsOf(parts), new CompactedRows(parts), origins, path);
}

function originsOf({ info, file }: SealedSegment): readonly SegmentOrigin[] {
  const { origins, logs } = file.footerIndex();
  if (origins !== undefined) return origins;
  const begins = logs.map(({ number, firstRow, firstSequence }) => ({
    number,
    firstRow,
    firstSequence,
  }));
  return [{ number: info.number, rows: info.rows, logs: begins }];
}

/** A segment whose rows follow those of the segments before it. */
interface CompactionInput {
  readonly segment: SealedSegment;
  readonly firstRow: number;
  readonly salts: Buffer;
  readonly leafHashes: Buffer;
}

function inputsOf(segments: readonly SealedSegment[]): CompactionInput[] {
  let rows = 0;
  return segments.map((segment) => {
    const { salts, leafHashes } = segment.footerSummary;
    const part = {
      segment,
      firstRow: rows,
      salts: segment.file.readWholeSection('salts', salts),
      leafHashes: segment.file.readWholeSection('leafHashes', leafHashes),
    };
    rows += segment.info.rows;
    return part;
  });
}

/** No id is looked up in these columns; the hashes only keep each other out of the way. */
const anySeed = { high: 0, low: 0 };

/** The columns of all rows, made from the events as when a directory is opened. */
function columnsOf(inputs: readonly CompactionInput[]): ActiveColumns {
  let [rows, bytes] = [0, 0];
  for (const { segment } of inputs) {
    rows += segment.info.rows;
    const bodies = segment.bodyFrames;
    for (let block = 0; block < bodies.count; block += 1) bytes += bodies.sizeOf(block);
  }
  // Everything searchable stands in the bodies; in lower case a text grows by half at most.
  const values = rows * facets.length;
  const room = { rows, values, valueBytes: bytes * 2, textBytes: bytes * 2 };
  const writer = new ColumnWriter(createActiveColumns(room));
  for (const { segment } of inputs) {
    for (let row = 0; row < segment.info.rows; row += 1) {
      const log = segment.logOfRow(row);
      const { body, ...event } = segment.event(row, log);
      const found = toSearchableEvent({ ...event, ...searchFieldsOf(body) });
      writer.stage(log.number, found, idHash(anySeed, log.number, found.eventID));
    }
  }
  writer.publish();
  return writer.columns;
}

/** What else stands in the rows. */
class CompactedRows implements SealSource {
  readonly #inputs: readonly CompactionInput[];

  constructor(parts: readonly CompactionInput[]) {
    this.#inputs = parts;
  }

  rowsFrom(row: number): RowBytes {
    const { segment, firstRow, salts, leafHashes } = this.#inputs.findLast(
      (part) => part.firstRow <= row,
    )!;
    const at = row - firstRow;
    return {
      rows: 1,
      lines: segment.bodies(Math.floor(at / blockRows)).copy(Uint32Array.of(at)),
      leafHashes: leafHashes.subarray(at * hashBytes, (at + 1) * hashBytes),
      salts: salts.subarray(at * saltBytes, (at + 1) * saltBytes),
      salted: Uint8Array.of(segment.salted(Math.floor(at / rowGroupRows))[at % rowGroupRows]!),
    };
  }

  nodes(): Uint8Array[] {
    return this.logs().flatMap(({ number }) => this.#nodesOf(number));
  }

  /** In order of number. */
  logs(): readonly SealedLog[] {
    const logs = this.#inputs.flatMap(({ segment }) => segment.file.footerIndex().logs);
    const byNumber = new Map(logs.map((log) => [log.number, log]));
    return [...byNumber.values()].sort((a, b) => a.number - b.number);
  }

  #nodesOf(log: number): Uint8Array[] {
    const stretches = this.#inputs
      .filter(({ segment }) => segment.logLocation(log) !== undefined)
      .map(({ segment }) => new SealedSlice(log, segment, new SealedDictionary(segment)));
    const from = stretches[0]!.range.from;
    const { to } = stretches.at(-1)!.range;
    const nodes: Uint8Array[] = [];
    for (let level = 8, span = 256; span <= to; level += 8, span *= 256) {
      for (let index = Math.floor(from / span); index < Math.floor(to / span); index += 1) {
        const holding = stretches.find((stretch) => (index + 1) * span <= stretch.range.to)!;
        nodes.push(holding.node(level, index)!);
      }
    }
    return nodes;
  }
}
