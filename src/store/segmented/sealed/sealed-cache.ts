import type { Codes } from '../log-slice.ts';
import { Lru } from '../lru.ts';
import type { Bodies } from './bodies.ts';
import type { FooterIndex } from './footer-index.ts';
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
 * What says where things are. It is small enough to be held for every segment of some ten million events, because a
 * question that passes over more segments than are held finds none of them: each has just made room for another.
 */
export type FooterSummary = Omit<FooterIndex, 'logs' | 'bodies'>;

const maxFiles = 256;
const megabyte = 1024 * 1024;

/** What a thread keeps of sealed segments, open and unpacked. It does not grow with the trail. */
export class SealedCache {
  readonly files = new Lru<SegmentFile>(maxFiles, (file) => file.close());
  readonly footerSummaries = new Lru<FooterSummary>(8 * megabyte);
  readonly logLocations = new Lru<LogLocations>(4 * megabyte);
  readonly bodyFrameTables = new Lru<FrameTable>(4 * megabyte);
  readonly codes = new Lru<Codes>(6 * megabyte);
  readonly times = new Lru<Float64Array>(4 * megabyte);
  readonly texts = new Lru<TextColumn>(6 * megabyte);
  readonly trigramFilters = new Lru<Uint8Array>(4 * megabyte);
  readonly bodies = new Lru<Bodies>(1 * megabyte);
  readonly values = new Lru<ValueGroup>(4 * megabyte);
  readonly valueCounts = new Lru<Uint8Array>(4 * megabyte);

  /** Closes the other files. What was unpacked of them goes with time; nobody asks for it. */
  keepOnly(paths: readonly string[]): void {
    this.files.keepOnly(new Set(paths));
  }

  close(): void {
    this.files.clear();
  }
}
