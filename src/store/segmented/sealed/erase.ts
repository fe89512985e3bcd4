import { facets } from '../../../core/facets.ts';
import type { Erasure } from '../../event-store.ts';
import { searchFieldsOf } from '../../search-fields.ts';
import { rowGroupRows } from '../active/columns.ts';
import {
  encodeFacetColumn,
  type FacetColumn,
  writeFacet,
  writeValueCounts,
} from './facet-columns.ts';
import {
  blockRows,
  type FooterIndex,
  type SealedFacet,
  type Section,
  saltBytes,
} from './footer-index.ts';
import type { FrameTable } from './frame-table.ts';
import type { SealedSegment } from './sealed-segment.ts';
import { SealedDictionary } from './sealed-values.ts';
import { type EncodedFrame, SegmentFileWriter } from './segment-file-writer.ts';
import { type EncodedTexts, encodeTexts } from './texts.ts';
import { trigramFilterOf } from './trigram-filter.ts';
import type { CodedColumn } from './value-counts.ts';

/**
 * Writes a sealed segment again with some of a log's events erased, to a path where it appears whole and on disk, or not at
 * all. False when nothing is left to be erased: then nothing is written.
 *
 * Rows stay where they are, and so do times, leaf hashes and tree nodes. Frames without an erased event are copied as
 * they stand. A facet that lost a value gets a new dictionary, without what no event has any more.
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

/** What rows of the segment become, without those that are so already. */
function bodiesByRow(
  segment: SealedSegment,
  log: number,
  erasures: readonly Erasure[],
): ReadonlyMap<number, string> {
  const bodies = new Map<number, string>();
  const place = segment.logLocation(log);
  if (place === undefined) return bodies;
  for (const { sequence, body } of erasures) {
    const offset = sequence - place.firstSequence;
    if (offset < 0 || offset >= place.rows) continue;
    const row = place.firstRow + offset;
    const event = segment.event(row, place);
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
    const held = this.#segment.file.footerIndex();
    const file = this.#file;
    const rows = this.#bodies;
    const columns = held.facets.map((facet, place) => this.#column(facet, place));
    const { number, rows: heldRows, logs, origins, parts } = held;
    return {
      number,
      rows: heldRows,
      logs,
      ...(origins !== undefined && { origins }),
      parts,
      bodies: file.writeFrames(
        this.#copiedFrames(held.bodies, rows.keys(), blockRows, (block) => this.#block(block)),
      ),
      createdAt: file.writeFrames(this.#copiedFrames(held.createdAt)),
      recordedAt: file.writeFrames(this.#copiedFrames(held.recordedAt)),
      texts: file.writeFrames(
        this.#copiedFrames(
          held.texts,
          this.#withoutDescription,
          rowGroupRows,
          (part) => this.#texts(part).content,
        ),
      ),
      grams: file.writeFrames(
        this.#copiedFrames(held.grams, this.#withoutDescription, rowGroupRows, (part) =>
          trigramFilterOf(this.#texts(part).texts),
        ),
      ),
      salted: file.writeFrames(
        this.#copiedFrames(held.salted, rows.keys(), rowGroupRows, (part) => this.#salted(part)),
      ),
      facets: held.facets.map((facet, place) => this.#facet(facet, columns[place]!)),
      tallies: writeValueCounts(file, columns, held.logs),
      salts: file.writeSection(this.#salts()),
      leafHashes: file.writeSection(this.#section(held.leafHashes)),
      nodes: file.writeSection(this.#section(held.nodes)),
    };
  }

  /** Frames as they stand in the file, except for those with one of these rows: they are made again. */
  *#copiedFrames(
    held: FrameTable,
    rows: Iterable<number> = [],
    frameRows = 1,
    again?: (frame: number) => Uint8Array,
  ): Generator<Uint8Array | EncodedFrame> {
    const changed = new Set(Array.from(rows, (row) => Math.floor(row / frameRows)));
    for (let frame = 0; frame < held.count; frame += 1) {
      if (again !== undefined && changed.has(frame)) yield again(frame);
      else {
        const bytes = this.#segment.file.storedFrames('what stays', held, [frame]);
        yield { bytes, size: held.sizeOf(frame) };
      }
    }
  }

  #block(block: number): Uint8Array {
    const held = this.#segment.bodies(block);
    const first = block * blockRows;
    const rows = Math.min(blockRows, this.#segment.info.rows - first);
    const texts = Array.from({ length: rows }, (_, place) => {
      const row = first + place;
      return `${this.#bodies.get(row) ?? held.textOf(row)}\n`;
    });
    return Buffer.from(texts.join(''));
  }

  #texts(part: number): EncodedTexts {
    const { bytes, ends } = this.#segment.texts(part);
    const starts = ends.map((end, place) => {
      if (this.#withoutDescription.has(part * rowGroupRows + place)) return end;
      return place === 0 ? 0 : ends[place - 1]!;
    });
    return encodeTexts(bytes, starts, ends);
  }

  #salted(part: number): Uint8Array {
    const salted = this.#segment.salted(part);
    return Uint8Array.from(salted, (one, place) =>
      this.#bodies.has(part * rowGroupRows + place) ? 0 : one,
    );
  }

  #salts(): Uint8Array {
    const salts = this.#section(this.#segment.footerSummary.salts);
    for (const row of this.#bodies.keys()) {
      salts.fill(0, row * saltBytes, (row + 1) * saltBytes);
    }
    return salts;
  }

  /** A facet's column; with a dictionary of its own when it lost a value. */
  #column(held: SealedFacet, facet: number): CodedColumn | FacetColumn {
    const { rows } = this.#segment.info;
    const codes = new Uint32Array(rows);
    for (let part = 0; part * rowGroupRows < rows; part += 1) {
      codes.set(this.#segment.codes(facet, part), part * rowGroupRows);
    }
    const lost = [...this.#without[facet]!].filter((row) => codes[row] !== 0);
    if (lost.length === 0) return { codes, size: held.values + 1 };
    for (const row of lost) codes[row] = 0;
    const textOf = new SealedDictionary(this.#segment).textsOf(facet);
    return encodeFacetColumn(facet, codes, Uint32Array.from(codes.keys()), textOf);
  }

  #facet(held: SealedFacet, column: CodedColumn | FacetColumn): SealedFacet {
    const file = this.#file;
    if ('values' in column) return writeFacet(file, column);
    const codes = file.writeFrames(this.#copiedFrames(held.codes));
    return { ...held, codes, texts: file.writeFrames(this.#copiedFrames(held.texts)) };
  }

  #section(section: Section): Buffer {
    return this.#segment.file.readSection(section, 0, section.length);
  }
}
