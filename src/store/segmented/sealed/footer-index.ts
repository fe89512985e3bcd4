import { facets } from '../../../core/facets.ts';
import type { Micros } from '../../../core/micros.ts';
import type { TimeBounds } from '../log-slice.ts';
import { FrameTable, type StoredFrameTable } from './frame-table.ts';

/** Rows of a segment that share one frame of bodies: the least that is decompressed to read an event. */
export const blockRows = 32;
/** Values of a facet that share one frame. */
export const valuesPerFrame = 256;

/**
 * What a sealed segment says about itself, at its end. A segment is one file that never changes, though a file without
 * what was erased or dropped may take its place:
 *
 *     magic | frames and sections | footer index (a frame) | footer
 *
 * Rows are events in the order of (log, sequence). Everything is a zstd frame with a checksum of its own, except what
 * does not compress and is read in small pieces: that is in sections, whose checksums are here. FORMAT.md has every byte.
 *
 * A segment whose events were dropped has no frames, but still all its rows by number: `logs`, `leafHashes` and `nodes`
 * are left of them.
 */
export interface FooterIndex {
  readonly number: number;
  readonly rows: number;
  /** In order of number. */
  readonly logs: readonly SealedLog[];
  /** What this segment was compacted from: ids say where events were in these. Absent in a segment as it was sealed. */
  readonly origins?: readonly SegmentOrigin[];
  /** Bounds of `createdAt` of each row group. */
  readonly rowGroups: readonly TimeBounds[];
  /** One frame for each `blockRows` rows: bodies, each followed by a line feed. */
  readonly bodies: FrameTable;
  /** One frame for each row group, as `encodeTimes` writes it. */
  readonly createdAt: FrameTable;
  readonly recordedAt: FrameTable;
  /**
   * For each row group lengths of the searchable texts as 32-bit numbers, then the texts. They are several zstd frames,
   * one behind the other, except in older segments.
   */
  readonly texts: FrameTable;
  /** One frame for each row group: the byte triples in its texts, as `trigramFilterOf` writes them. */
  readonly trigramFilters: FrameTable;
  /** Absent in older segments, and where texts are like no language. */
  readonly textIndex?: SealedTextIndex;
  /** One frame for each row group: 1 where an event has a salt. */
  readonly salted: FrameTable;
  /** In the order of `facets`; without the last ones in a segment that was sealed before they existed. */
  readonly facets: readonly SealedFacet[];
  /** Absent in segments that were sealed before value counts existed. */
  readonly valueCounts?: SealedValueCounts;
  /** 16 bytes for each row; zeros where there is no salt. */
  readonly salts: Section;
  /** 32 bytes for each row. */
  readonly leafHashes: Section;
  /** 32 bytes for each tree node, in the order of (log, level, index). */
  readonly nodes: Section;
}

/** The bounds of a segment without events: no time is within. */
export const emptyBounds: TimeBounds = {
  earliest: Number.POSITIVE_INFINITY,
  latest: Number.NEGATIVE_INFINITY,
};

/** One log's events in the segment: `rows` of them, from `firstRow` and from `firstSequence`. */
export interface SealedLog extends TimeBounds {
  readonly number: number;
  readonly organisation: string;
  readonly firstRow: number;
  readonly rows: number;
  readonly firstSequence: number;
  readonly firstRecordedAt: Micros;
  readonly lastRecordedAt: Micros;
  /** Index of its first tree node in their section, counted in nodes. */
  readonly firstNode: number;
}

/** A segment as it was when it was sealed: the first row of each of its logs, and the sequence there. */
export interface SegmentOrigin {
  readonly number: number;
  readonly rows: number;
  readonly logs: readonly Pick<SealedLog, 'number' | 'firstRow' | 'firstSequence'>[];
}

/** Values have numbers from 1 in the order of their hash (see `valueHash`), then of themselves. */
export interface SealedFacet {
  readonly values: number;
  /** One frame for each row group: codes, each in `codeWidth(values)` bytes. */
  readonly codes: FrameTable;
  /** One frame for each `valuesPerFrame` values: a JSON array of texts. */
  readonly texts: FrameTable;
  /** The hash of the first value in each of these frames. */
  readonly hashes: readonly number[];
}

/** Where texts are found by what is in them (see `text-index.ts`). */
export interface SealedTextIndex {
  /** The frames of which `texts` consist: of each row group one with the lengths, and one for each `textBlockRows` rows. */
  readonly blocks: FrameTable;
  /** 16 bits for each row: the length of its text. */
  readonly lengths: Section;
  /** Not compressed. */
  readonly buckets: FrameTable;
}

/** How often values occur in each of the larger logs, by number and in order (see `LogValueCounts`). Not compressed. */
export interface SealedValueCounts {
  readonly logs: readonly number[];
  readonly blocks: FrameTable;
}

export interface Section {
  readonly start: number;
  readonly length: number;
  readonly crc32: number;
}

/** Three keys in the file are older than our words for them. */
const keysInFile = { rowGroups: 'parts', trigramFilters: 'grams', valueCounts: 'tallies' } as const;
const keysInMemory = Object.fromEntries(
  Object.entries(keysInFile).map(([inMemory, inFile]) => [inFile, inMemory]),
);

/** The facets of Annals 0.2, which knows `facets` in the file and must find these alone: later ones are in `moreFacets`. */
const firstFacets = 14;

/** A footer index as JSON, as `parseFooterIndex` reads it. */
export function footerIndexText({ facets: all, ...index }: FooterIndex): string {
  const facets = all.slice(0, firstFacets);
  const moreFacets = all.slice(firstFacets);
  return JSON.stringify({ ...renameKeys(index, keysInFile), facets, moreFacets });
}

/** A footer index from its JSON. */
export function parseFooterIndex(text: string): FooterIndex {
  const { moreFacets = [], ...stored } = renameKeys(JSON.parse(text), keysInMemory) as StoredIndex;
  const { valueCounts, textIndex } = stored;
  // A later version may have sealed it with facets that this one does not know.
  const known = [...stored.facets, ...moreFacets].slice(0, facets.length);
  return {
    ...stored,
    bodies: FrameTable.of(stored.bodies),
    createdAt: FrameTable.of(stored.createdAt),
    recordedAt: FrameTable.of(stored.recordedAt),
    texts: FrameTable.of(stored.texts),
    trigramFilters: FrameTable.of(stored.trigramFilters),
    salted: FrameTable.of(stored.salted),
    ...(textIndex !== undefined && {
      textIndex: {
        ...textIndex,
        blocks: FrameTable.of(textIndex.blocks),
        buckets: FrameTable.of(textIndex.buckets),
      },
    }),
    ...(valueCounts !== undefined && {
      valueCounts: { logs: valueCounts.logs, blocks: FrameTable.of(valueCounts.blocks) },
    }),
    facets: known.map((facet) => ({
      ...facet,
      codes: FrameTable.of(facet.codes),
      texts: FrameTable.of(facet.texts),
    })),
  } as FooterIndex;
}

function renameKeys(value: object, names: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [names[key] ?? key, member]),
  );
}

type StoredIndex = Stored<FooterIndex> & { readonly moreFacets?: readonly Stored<SealedFacet>[] };

/** The same with frame tables as they are stored. */
type Stored<T> = T extends FrameTable
  ? StoredFrameTable
  : T extends readonly (infer One)[]
    ? readonly Stored<One>[]
    : T extends object
      ? { readonly [Key in keyof T]: Stored<T[Key]> }
      : T;
