import { facets } from '../../../core/facets.ts';
import { hashBytes, saltBytes } from '../../event-columns.ts';
import { rowGroupRows } from '../log-slice.ts';
import type { RowBytes, SealSource } from '../seal-source.ts';
import { blockRows, type SealedLog, type SegmentOrigin } from './footer-index.ts';
import { sealCompacted } from './seal.ts';
import type { SealedSegment } from './sealed-segment.ts';
import { SealedSlice } from './sealed-slice.ts';
import { SealedDictionary } from './sealed-values.ts';

/**
 * Writes one sealed segment from neighbours, to a path where it appears whole and on disk, or not at all. Id runs stay
 * as they are: the new segment knows which of its rows is the row of an input that an id names.
 */
export function compactSegments(segments: readonly SealedSegment[], path: string): void {
  sealCompacted(new CompactionSource(segments), segments.flatMap(originsOf), path);
}

function originsOf({ info, file }: SealedSegment): readonly SegmentOrigin[] {
  const { origins, logs } = file.footerIndex();
  if (origins !== undefined) return origins;
  const firsts = logs.map(({ number, firstRow, firstSequence }) => ({
    number,
    firstRow,
    firstSequence,
  }));
  return [{ number: info.number, rows: info.rows, logs: firsts }];
}

/** A segment whose rows follow those of the inputs before it. */
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
    const input = {
      segment,
      firstRow: rows,
      salts: segment.file.readWholeSection('salts', salts),
      leafHashes: segment.file.readWholeSection('leafHashes', leafHashes),
    };
    rows += segment.info.rows;
    return input;
  });
}

/** The rows of all inputs, one input after the other. Facets get common codes, in the order in which values come. */
class CompactionSource implements SealSource {
  readonly rows: number;
  readonly logs: Uint32Array;
  readonly sequences: Uint32Array;
  readonly createdAt: Float64Array;
  readonly recordedAt: Float64Array;
  readonly codes: readonly Uint32Array[];
  readonly text: Buffer;
  readonly textEnds: Uint32Array;
  readonly #inputs: readonly CompactionInput[];
  /** By facet and code; there is nothing for code 0. */
  readonly #values: readonly string[][] = facets.map(() => ['']);

  constructor(segments: readonly SealedSegment[]) {
    this.#inputs = inputsOf(segments);
    this.rows = segments.reduce((sum, { info }) => sum + info.rows, 0);
    this.logs = new Uint32Array(this.rows);
    this.sequences = new Uint32Array(this.rows);
    this.createdAt = new Float64Array(this.rows);
    this.recordedAt = new Float64Array(this.rows);
    this.textEnds = new Uint32Array(this.rows);
    for (const { segment, firstRow } of this.#inputs) {
      for (const log of segment.file.footerIndex().logs) this.#fillLog(log, firstRow);
      for (let group = 0; group * rowGroupRows < segment.info.rows; group += 1) {
        const row = firstRow + group * rowGroupRows;
        this.createdAt.set(segment.createdAt(group), row);
        this.recordedAt.set(segment.recordedAt(group), row);
      }
    }
    this.codes = facets.map((_, facet) => this.#codesOf(facet));
    this.text = this.#joinTexts();
  }

  textsOf(facet: number): (code: number) => string {
    const values = this.#values[facet]!;
    return (code) => values[code]!;
  }

  /** As many rows as are in one block. */
  rowsFrom(row: number, most: number): RowBytes {
    const { segment, firstRow, salts, leafHashes } = this.#inputs.findLast(
      (input) => input.firstRow <= row,
    )!;
    const from = row - firstRow;
    const inBlock = from % blockRows;
    const rows = Math.min(most, blockRows - inBlock, segment.info.rows - from);
    const inGroup = from % rowGroupRows;
    const salted = segment.salted(Math.floor(from / rowGroupRows));
    const bodies = segment.bodies(Math.floor(from / blockRows));
    return {
      rows,
      lines: bodies.copy(Uint32Array.from({ length: rows }, (_, nth) => from + nth)),
      leafHashes: leafHashes.subarray(from * hashBytes, (from + rows) * hashBytes),
      salts: salts.subarray(from * saltBytes, (from + rows) * saltBytes),
      salted: Uint8Array.from(salted.subarray(inGroup, inGroup + rows)),
    };
  }

  nodes(): Uint8Array[] {
    const numbers = [...this.organisations().keys()].sort((a, b) => a - b);
    return numbers.flatMap((number) => this.#nodesOf(number));
  }

  organisations(): ReadonlyMap<number, string> {
    const logs = this.#inputs.flatMap(({ segment }) => segment.file.footerIndex().logs);
    return new Map(logs.map(({ number, organisation }) => [number, organisation]));
  }

  #fillLog({ number, firstRow, rows, firstSequence }: SealedLog, inputRow: number): void {
    const first = inputRow + firstRow;
    this.logs.fill(number, first, first + rows);
    for (let nth = 0; nth < rows; nth += 1) this.sequences[first + nth] = firstSequence + nth;
  }

  #codesOf(facet: number): Uint32Array {
    const column = new Uint32Array(this.rows);
    const texts = this.#values[facet]!;
    const known = new Map<string, number>();
    for (const { segment, firstRow } of this.#inputs) {
      const dictionary = new SealedDictionary(segment);
      const textOf = dictionary.textsOf(facet);
      const codes = new Uint32Array(dictionary.sizeOf(facet));
      for (let code = 1; code < codes.length; code += 1) {
        const text = textOf(code);
        const common = known.get(text) ?? texts.push(text) - 1;
        known.set(text, common);
        codes[code] = common;
      }
      for (let group = 0; group * rowGroupRows < segment.info.rows; group += 1) {
        const first = firstRow + group * rowGroupRows;
        for (const [row, code] of segment.codes(facet, group).entries()) {
          column[first + row] = codes[code]!;
        }
      }
    }
    return column;
  }

  #joinTexts(): Buffer {
    const texts: Buffer[] = [];
    let end = 0;
    for (const { segment, firstRow } of this.#inputs) {
      for (let group = 0; group * rowGroupRows < segment.info.rows; group += 1) {
        const { bytes, ends } = segment.texts(group);
        const first = firstRow + group * rowGroupRows;
        for (const [row, to] of ends.entries()) this.textEnds[first + row] = end + to;
        texts.push(bytes);
        end += bytes.length;
      }
    }
    return Buffer.concat(texts);
  }

  #nodesOf(log: number): Uint8Array[] {
    const slices = this.#inputs
      .filter(({ segment }) => segment.logLocation(log) !== undefined)
      .map(({ segment }) => new SealedSlice(log, segment, new SealedDictionary(segment)));
    const { from } = slices[0]!.range;
    const { to } = slices.at(-1)!.range;
    const nodes: Uint8Array[] = [];
    for (let level = 8, span = 256; span <= to; level += 8, span *= 256) {
      for (let index = Math.floor(from / span); index < Math.floor(to / span); index += 1) {
        const slice = slices.find(({ range }) => (index + 1) * span <= range.to)!;
        nodes.push(slice.node(level, index)!);
      }
    }
    return nodes;
  }
}
