import { facets } from '../../../core/facets.ts';
import { searchableParts } from '../../searchable-parts.ts';
import type { SealedName } from '../data-directory.ts';
import { idHash } from '../ids/id-hash.ts';
import type { RowBytes } from '../live/chunk.ts';
import { LiveWriter } from '../live/column-writer.ts';
import { createLiveColumns, type LiveColumns, partRows } from '../live/columns.ts';
import { searchableOf } from '../live/searchable.ts';
import { blockRows, hashBytes, type Origin, type SealedLog, saltBytes } from './directory.ts';
import { type SealableRows, sealAgain } from './seal.ts';
import type { SealedInfo, SealedSegment } from './sealed-segment.ts';
import { SealedStretch } from './sealed-stretch.ts';
import { SealedValues } from './sealed-values.ts';

/**
 * Makes one sealed segment of neighbours, to the path that `pathOf` names for it, where it appears whole and on disk or
 * not at all. Runs of ids stay as they are: the new segment knows which row the one had that an id names.
 */
export function mergeSealed(
  segments: readonly SealedSegment[],
  pathOf: (name: SealedName) => string,
): SealedInfo {
  const parts = partsOf(segments);
  return sealAgain(columnsOf(parts), new MergedRows(parts), segments.flatMap(originsOf), pathOf);
}

function originsOf({ info, file }: SealedSegment): readonly Origin[] {
  const { origins, logs } = file.directory();
  if (origins !== undefined) return origins;
  const begins = logs.map(({ number, firstRow, firstSequence }) => ({
    number,
    firstRow,
    firstSequence,
  }));
  return [{ number: info.number, rows: info.rows, logs: begins }];
}

/** A segment whose rows follow those of the segments before it. */
interface Part {
  readonly segment: SealedSegment;
  readonly firstRow: number;
  readonly salts: Buffer;
  readonly leafHashes: Buffer;
}

function partsOf(segments: readonly SealedSegment[]): Part[] {
  let rows = 0;
  return segments.map((segment) => {
    const { salts, leafHashes } = segment.outline;
    const part = {
      segment,
      firstRow: rows,
      salts: segment.file.wholeSection('salts', salts),
      leafHashes: segment.file.wholeSection('leafHashes', leafHashes),
    };
    rows += segment.info.rows;
    return part;
  });
}

/** No id is looked up in these columns; the hashes only keep each other out of the way. */
const anySeed = { high: 0, low: 0 };

/** The columns of all rows, made from the events as when a directory is opened. */
function columnsOf(parts: readonly Part[]): LiveColumns {
  let [rows, bytes] = [0, 0];
  for (const { segment } of parts) {
    rows += segment.info.rows;
    const bodies = segment.bodyFrames;
    for (let block = 0; block < bodies.count; block += 1) bytes += bodies.sizeOf(block);
  }
  // Everything searchable stands in the bodies; in lower case a text grows by half at most.
  const values = rows * facets.length;
  const room = { rows, values, valueBytes: bytes * 2, textBytes: bytes * 2 };
  const writer = new LiveWriter(createLiveColumns(room));
  for (const { segment } of parts) {
    for (let row = 0; row < segment.info.rows; row += 1) {
      const log = segment.logAt(row);
      const { body, ...event } = segment.event(row, log);
      const found = searchableOf({ ...event, ...searchableParts(body) });
      writer.stage(log.number, found, idHash(anySeed, log.number, found.eventID));
    }
  }
  writer.publish();
  return writer.columns;
}

/** What else stands in the rows. */
class MergedRows implements SealableRows {
  readonly #parts: readonly Part[];

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  together(row: number): RowBytes {
    const { segment, firstRow, salts, leafHashes } = this.#parts.findLast(
      (part) => part.firstRow <= row,
    )!;
    const at = row - firstRow;
    return {
      rows: 1,
      lines: segment.bodies(Math.floor(at / blockRows)).copy(Uint32Array.of(at)),
      leafHashes: leafHashes.subarray(at * hashBytes, (at + 1) * hashBytes),
      salts: salts.subarray(at * saltBytes, (at + 1) * saltBytes),
      salted: Uint8Array.of(segment.salted(Math.floor(at / partRows))[at % partRows]!),
    };
  }

  nodes(): Uint8Array[] {
    return this.logs().flatMap(({ number }) => this.#nodesOf(number));
  }

  /** In order of number. */
  logs(): readonly SealedLog[] {
    const logs = this.#parts.flatMap(({ segment }) => segment.file.directory().logs);
    const byNumber = new Map(logs.map((log) => [log.number, log]));
    return [...byNumber.values()].sort((a, b) => a.number - b.number);
  }

  #nodesOf(log: number): Uint8Array[] {
    const stretches = this.#parts
      .filter(({ segment }) => segment.log(log) !== undefined)
      .map(({ segment }) => new SealedStretch(log, segment, new SealedValues(segment)));
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
