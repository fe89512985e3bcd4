import { facets } from '../../../core/facets.ts';
import { saltBytes } from '../../event-columns.ts';
import type { Erasure } from '../../event-store.ts';
import { searchFieldsOf } from '../../search-fields.ts';
import { rowGroupRows } from '../log-slice.ts';
import {
  encodeFacetColumn,
  type FacetColumn,
  writeFacet,
  writeValueCounts,
} from './facet-columns.ts';
import { blockRows, type FooterIndex, type SealedFacet } from './footer-index.ts';
import type { FrameTable } from './frame-table.ts';
import type { SealedSegment } from './sealed-segment.ts';
import { SealedDictionary } from './sealed-values.ts';
import { type EncodedFrame, SegmentFileWriter } from './segment-file-writer.ts';
import { type EncodedTexts, encodeTexts } from './texts.ts';
import type { CodedColumn } from './value-counts.ts';
import { writeTexts } from './write-texts.ts';

/**
 * Writes a sealed segment again with some of a log's events erased, to a path where it appears whole and on disk, or not
 * at all. Returns false when nothing is left to be erased: then it writes nothing. Throws `corrupt` when something that
 * stays is not as it was written: a new file would have a new checksum, and hide it.
 *
 * Rows stay where they are, and so do times, leaf hashes and tree nodes. Frames without an erased event are copied as
 * they are. A facet that lost a value gets a new dictionary, without values that no event has any more.
 */
export function eraseEvents(
  segment: SealedSegment,
  log: number,
  erasures: readonly Erasure[],
  path: string,
): boolean {
  const bodies = bodiesByRow(segment, log, erasures);
  if (bodies.size === 0) return false;
  const file = new SegmentFileWriter(path);
  try {
    file.finish(new SegmentEraser(segment, bodies, file).write(), segment.info);
    return true;
  } catch (error) {
    file.discard();
    throw error;
  }
}

/** The new bodies of rows, except of those that are erased already. */
function bodiesByRow(
  segment: SealedSegment,
  log: number,
  erasures: readonly Erasure[],
): ReadonlyMap<number, string> {
  const bodies = new Map<number, string>();
  const location = segment.logLocation(log);
  if (location === undefined) return bodies;
  for (const { sequence, body } of erasures) {
    const offset = sequence - location.firstSequence;
    if (offset < 0 || offset >= location.rows) continue;
    const row = location.firstRow + offset;
    const event = segment.event(row, location);
    if (event.body !== body || event.salt !== undefined) bodies.set(row, body);
  }
  return bodies;
}

class SegmentEraser {
  readonly #segment: SealedSegment;
  readonly #bodies: ReadonlyMap<number, string>;
  readonly #file: SegmentFileWriter;
  /** By facet, the erased rows without a value of it; and those without a description. */
  readonly #without: readonly Set<number>[] = facets.map(() => new Set<number>());
  readonly #withoutDescription = new Set<number>();

  constructor(
    segment: SealedSegment,
    bodies: ReadonlyMap<number, string>,
    file: SegmentFileWriter,
  ) {
    this.#segment = segment;
    this.#bodies = bodies;
    this.#file = file;
    for (const [row, body] of bodies) {
      const { facets: values, description } = searchFieldsOf(body);
      for (const [facet, value] of values.entries()) {
        if (value === undefined) this.#without[facet]!.add(row);
      }
      if (description === undefined) this.#withoutDescription.add(row);
    }
  }

  write(): FooterIndex {
    const segmentFile = this.#segment.file;
    const file = this.#file;
    const old = segmentFile.footerIndex();
    const { number, rows, logs, origins, rowGroups } = old;
    const erased = [...this.#bodies.keys()];
    const columns = facets.map((_, index) => this.#column(old.facets[index], index));
    return {
      number,
      rows,
      logs,
      ...(origins !== undefined && { origins }),
      rowGroups,
      bodies: file.writeFrames(
        this.#copiedFrames(old.bodies, erased, blockRows, (block) => this.#block(block)),
      ),
      createdAt: file.writeFrames(this.#copiedFrames(old.createdAt)),
      recordedAt: file.writeFrames(this.#copiedFrames(old.recordedAt)),
      // An index of the texts is of all of them.
      ...writeTexts(
        file,
        Array.from({ length: rowGroups.length }, (_, group) => this.#texts(group)),
        rows,
      ),
      salted: file.writeFrames(
        this.#copiedFrames(old.salted, erased, rowGroupRows, (group) => this.#salted(group)),
      ),
      facets: columns.map((column, index) => this.#facet(old.facets[index], column)),
      valueCounts: writeValueCounts(file, columns, logs),
      salts: file.writeSection(this.#salts()),
      leafHashes: file.writeSection(segmentFile.readWholeSection('leafHashes', old.leafHashes)),
      nodes: file.writeSection(segmentFile.readWholeSection('nodes', old.nodes)),
    };
  }

  /** Frames as they are in the file; frames that have one of these rows are encoded again. */
  *#copiedFrames(
    frames: FrameTable,
    rows: Iterable<number> = [],
    frameRows = 1,
    encode?: (frame: number) => Uint8Array,
  ): Generator<Uint8Array | EncodedFrame> {
    const changed = new Set(Array.from(rows, (row) => Math.floor(row / frameRows)));
    for (let frame = 0; frame < frames.count; frame += 1) {
      if (encode !== undefined && changed.has(frame)) yield encode(frame);
      else {
        const bytes = this.#segment.file.storedFrames('what stays', frames, [frame]);
        yield { bytes, size: frames.sizeOf(frame) };
      }
    }
  }

  #block(block: number): Uint8Array {
    const old = this.#segment.bodies(block);
    const first = block * blockRows;
    const rows = Math.min(blockRows, this.#segment.info.rows - first);
    const lines = Array.from({ length: rows }, (_, nth) => {
      const row = first + nth;
      return `${this.#bodies.get(row) ?? old.textOf(row)}\n`;
    });
    return Buffer.from(lines.join(''));
  }

  #texts(rowGroup: number): EncodedTexts {
    const { bytes, ends } = this.#segment.texts(rowGroup);
    const starts = ends.map((end, row) => {
      if (this.#withoutDescription.has(rowGroup * rowGroupRows + row)) return end;
      return row === 0 ? 0 : ends[row - 1]!;
    });
    return encodeTexts(bytes, starts, ends);
  }

  #salted(rowGroup: number): Uint8Array {
    return Uint8Array.from(this.#segment.salted(rowGroup), (salted, row) =>
      this.#bodies.has(rowGroup * rowGroupRows + row) ? 0 : salted,
    );
  }

  #salts(): Uint8Array {
    const { file, footerSummary } = this.#segment;
    const salts = file.readWholeSection('salts', footerSummary.salts);
    for (const row of this.#bodies.keys()) {
      salts.fill(0, row * saltBytes, (row + 1) * saltBytes);
    }
    return salts;
  }

  /** A facet's column; with a dictionary of its own if it lost a value, or is not in the file yet. */
  #column(old: SealedFacet | undefined, facet: number): CodedColumn | FacetColumn {
    const { rows } = this.#segment.info;
    const codes = new Uint32Array(rows);
    for (let group = 0; group * rowGroupRows < rows; group += 1) {
      codes.set(this.#segment.codes(facet, group), group * rowGroupRows);
    }
    const lost = [...this.#without[facet]!].filter((row) => codes[row] !== 0);
    if (lost.length === 0 && old !== undefined) return { codes, size: old.values + 1 };
    for (const row of lost) codes[row] = 0;
    const textOf = new SealedDictionary(this.#segment).textsOf(facet);
    return encodeFacetColumn(facet, codes, Uint32Array.from(codes.keys()), textOf);
  }

  #facet(old: SealedFacet | undefined, column: CodedColumn | FacetColumn): SealedFacet {
    const file = this.#file;
    if (old === undefined || 'values' in column) return writeFacet(file, column as FacetColumn);
    const codes = file.writeFrames(this.#copiedFrames(old.codes));
    return { ...old, codes, texts: file.writeFrames(this.#copiedFrames(old.texts)) };
  }
}
