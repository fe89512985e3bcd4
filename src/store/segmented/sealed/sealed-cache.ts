import { LRUCache } from 'lru-cache';
import type { Codes } from '../log-slice.ts';
import type { Bodies } from './bodies.ts';
import type { DerivedFacet } from './derived-facets.ts';
import type { FooterIndex, SealedTextIndex } from './footer-index.ts';
import type { FrameTable } from './frame-table.ts';
import type { LogLocations } from './log-locations.ts';
import type { SegmentFile } from './segment-file.ts';
import type { ValueGroup } from './value-group.ts';

/** Texts one after the other; text n ends at `ends[n]`. */
export interface TextColumn {
  readonly bytes: Buffer;
  readonly ends: Uint32Array;
}

/**
 * What says where things are. It is small enough to be held for every segment of some ten million events: a query that
 * passes over more segments than are held finds none of them, because each one makes room for the next.
 */
export type FooterSummary = Omit<FooterIndex, 'logs' | 'bodies' | 'textIndex'>;

/** The index of texts of a segment, if it has one. */
export interface FoundTextIndex {
  readonly index: SealedTextIndex | undefined;
}

const maxFiles = 256;
const megabyte = 1024 * 1024;

/** What a thread keeps of sealed segments, open and decompressed. It does not grow with the trail. */
export class SealedCache {
  readonly files = new LRUCache<string, SegmentFile>({
    max: maxFiles,
    dispose: (file) => file.close(),
  });
  readonly footerSummaries = cacheOf<FooterSummary>(8 * megabyte, footerSummaryBytes);
  readonly logLocations = cacheOf<LogLocations>(4 * megabyte, ({ bytes }) => bytes);
  readonly bodyFrameTables = cacheOf<FrameTable>(4 * megabyte, ({ bytes }) => bytes);
  readonly codes = cacheOf<Codes>(6 * megabyte, byteLength);
  readonly times = cacheOf<Float64Array>(4 * megabyte, byteLength);
  readonly texts = cacheOf<TextColumn>(6 * megabyte, textColumnBytes);
  readonly textIndexes = cacheOf<FoundTextIndex>(6 * megabyte, foundTextIndexBytes);
  readonly textBuckets = cacheOf<Uint8Array>(2 * megabyte, byteLength);
  /** By what was searched for. */
  readonly textMatches = cacheOf<Uint8Array>(megabyte, valueCountsBytes);
  readonly textBlocks = cacheOf<TextColumn>(4 * megabyte, textColumnBytes);
  readonly trigramFilters = cacheOf<Uint8Array>(4 * megabyte, byteLength);
  readonly bodies = cacheOf<Bodies>(6 * megabyte, ({ size }) => size);
  readonly values = cacheOf<ValueGroup>(4 * megabyte, ({ bytes }) => bytes);
  /** By segment. Held for some hundred segments whose events have a value each. */
  readonly derivedFacets = cacheOf<readonly DerivedFacet[]>(32 * megabyte, derivedFacetsBytes);
  readonly valueCounts = cacheOf<Uint8Array>(4 * megabyte, valueCountsBytes);

  /** Closes the other files. What was read from them is not asked for any more, and goes with time. */
  keepOnly(paths: readonly string[]): void {
    const kept = new Set(paths);
    for (const path of [...this.files.keys()]) if (!kept.has(path)) this.files.delete(path);
  }

  close(): void {
    this.files.clear();
  }
}

/** What a cache has under a key, or else what `read` returns. */
export function getOrRead<Value extends object>(
  cache: LRUCache<string, Value>,
  key: string,
  read: () => Value,
): Value {
  const found = cache.get(key);
  if (found !== undefined) return found;
  const value = read();
  cache.set(key, value);
  return value;
}

/** Keeps what was used last, up to so many bytes. A value that is larger than that is kept alone, until the next one. */
function cacheOf<Value extends object>(
  maxBytes: number,
  bytesOf: (value: Value) => number,
): LRUCache<string, Value> {
  return new LRUCache({
    maxSize: maxBytes,
    sizeCalculation: (value) => Math.min(Math.max(1, bytesOf(value)), maxBytes),
  });
}

const byteLength = ({ byteLength: bytes }: ArrayBufferView) => bytes;
const textColumnBytes = ({ bytes, ends }: TextColumn) => bytes.byteLength + ends.byteLength;
const foundTextIndexBytes = ({ index }: FoundTextIndex) =>
  300 + (index === undefined ? 0 : index.blocks.bytes + index.buckets.bytes);
/** With the key and what else an entry takes. */
const valueCountsBytes = ({ byteLength: bytes }: Uint8Array) => bytes + 200;

const derivedFacetsBytes = (derived: readonly DerivedFacet[]) =>
  derived.reduce((sum, { bytes }) => sum + bytes + 500, 0);

/** About what a footer summary takes in memory. */
function footerSummaryBytes({
  rowGroups,
  facets,
  origins = [],
  valueCounts,
}: FooterSummary): number {
  const groups = facets.reduce((sum, { hashes }) => sum + hashes.length, 0);
  const moved = origins.reduce((sum, { logs }) => sum + logs.length, 0);
  return (
    8_192 +
    rowGroups.length * (facets.length + 6) * 20 +
    groups * 32 +
    moved * 64 +
    (valueCounts?.blocks.bytes ?? 0)
  );
}
