import type { Micros } from '../../../core/micros.ts';
import { FrameTable, type StoredFrameTable } from './frame-table.ts';

/** Rows of a segment that share one frame of bodies: the least that is decompressed to read an event. */
export const blockRows = 32;
/** Values of a facet that share one frame. */
export const valuesPerFrame = 256;
export { hashBytes, saltBytes } from '../../event-columns.ts';

/**
 * What a sealed segment says about itself, at its end. A segment is one file that never changes again,
 * though another version of it, without what was erased or dropped, may take its place:
 *
 *     magic | frames and sections | directory (a frame) | footer
 *
 * Rows are events in the order of (log, sequence). Everything is a zstd frame with a checksum of its own, except for
 * what does not compress and is read in small pieces; that stands in sections, whose checksums stand here.
 *
 * Once its events were dropped a segment has no frames, but all its rows by number: what is left of them are `logs`,
 * `leafHashes` and `nodes`.
 */
export interface FooterIndex {
  readonly number: number;
  readonly rows: number;
  /** In order of number. */
  readonly logs: readonly SealedLog[];
  /** What this one was merged from: where ids say that their events stand. Absent for a segment as it was sealed. */
  readonly origins?: readonly SegmentOrigin[];
  /** Bounds of `createdAt` of each `partRows` rows. */
  readonly parts: readonly Bounds[];
  /** One frame for each `blockRows` rows: bodies, each followed by a line feed. */
  readonly bodies: FrameTable;
  /** One frame for each part, as `encodeTimes` writes them. */
  readonly createdAt: FrameTable;
  readonly recordedAt: FrameTable;
  /** One frame for each part: lengths of the searchable texts as 32-bit numbers, then the texts. */
  readonly texts: FrameTable;
  /** One frame for each part: the triples of bytes in its texts, as `gramsOf` writes them. */
  readonly grams: FrameTable;
  /** One frame for each part: 1 where an event has a salt. */
  readonly salted: FrameTable;
  /** In the order of `facets`. */
  readonly facets: readonly SealedFacet[];
  /** Absent in segments that were sealed before there were any. */
  readonly tallies?: SealedValueCounts;
  /** 16 bytes a row; zeros where there is none. */
  readonly salts: Section;
  /** 32 bytes a row. */
  readonly leafHashes: Section;
  /** 32 bytes a tree node, in the order of (log, level, index). */
  readonly nodes: Section;
}

export interface Bounds {
  readonly earliest: Micros;
  readonly latest: Micros;
}

/** The bounds of a segment without events: no time is within. */
export const emptyBounds: Bounds = {
  earliest: Number.POSITIVE_INFINITY,
  latest: Number.NEGATIVE_INFINITY,
};

/** One log's events in the segment: `rows` of them from `firstRow` and from `firstSequence`. */
export interface SealedLog extends Bounds {
  readonly number: number;
  readonly organisation: string;
  readonly firstRow: number;
  readonly rows: number;
  readonly firstSequence: number;
  readonly firstRecordedAt: Micros;
  readonly lastRecordedAt: Micros;
  /** Where its tree nodes start in their section, counted in nodes. */
  readonly firstNode: number;
}

/** A segment as it was when it was sealed: which row each of its logs began with, and which event that was. */
export interface SegmentOrigin {
  readonly number: number;
  readonly rows: number;
  readonly logs: readonly Pick<SealedLog, 'number' | 'firstRow' | 'firstSequence'>[];
}

/** Values are numbered from 1 in the order of their hash (see `valueHash`), then of themselves. */
export interface SealedFacet {
  readonly values: number;
  /** One frame for each part: codes in `codeWidth(values)` bytes each. */
  readonly codes: FrameTable;
  /** One frame for each `valuesTogether` values: a JSON array of texts. */
  readonly texts: FrameTable;
  /** The hash of each such frame's first value. */
  readonly hashes: readonly number[];
}

/** Of the larger logs, by number and in order: how often values stand in them (see `LogTallies`). Not packed. */
export interface SealedValueCounts {
  readonly logs: readonly number[];
  readonly blocks: FrameTable;
}

export interface Section {
  readonly start: number;
  readonly length: number;
  readonly crc32: number;
}

/** A directory from its text. */
export function parseFooterIndex(text: string): FooterIndex {
  const { bodies, createdAt, recordedAt, texts, grams, salted, tallies, ...directory } = JSON.parse(
    text,
  ) as Stored<FooterIndex>;
  return {
    ...directory,
    bodies: FrameTable.of(bodies),
    createdAt: FrameTable.of(createdAt),
    recordedAt: FrameTable.of(recordedAt),
    texts: FrameTable.of(texts),
    grams: FrameTable.of(grams),
    salted: FrameTable.of(salted),
    ...(tallies !== undefined && {
      tallies: { logs: tallies.logs, blocks: FrameTable.of(tallies.blocks) },
    }),
    facets: directory.facets.map((facet) => ({
      ...facet,
      codes: FrameTable.of(facet.codes),
      texts: FrameTable.of(facet.texts),
    })),
  };
}

/** The same with frames as they are stored. */
type Stored<T> = T extends FrameTable
  ? StoredFrameTable
  : T extends readonly (infer One)[]
    ? readonly Stored<One>[]
    : T extends object
      ? { readonly [Key in keyof T]: Stored<T[Key]> }
      : T;
