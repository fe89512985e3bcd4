import { Lru } from '../lru.ts';
import type { Codes } from '../query/segment.ts';
import type { Bodies } from './bodies.ts';
import type { SegmentDirectory } from './directory.ts';
import type { Frames } from './frames.ts';
import type { LogPlaces } from './log-places.ts';
import type { SegmentFile } from './segment-file.ts';
import type { ValueGroup } from './value-group.ts';

/** Texts one after the other; text n ends at `ends[n]`. */
export interface TextRun {
  readonly bytes: Buffer;
  readonly ends: Uint32Array;
}

/**
 * What says where things are. It is small enough to be held for every segment of some ten million events, because a
 * question that passes over more segments than are held finds none of them: each has just made room for another.
 */
export type Outline = Omit<SegmentDirectory, 'logs' | 'bodies'>;

const maxFiles = 256;
const megabyte = 1024 * 1024;

/** What a thread keeps of sealed segments, open and unpacked. It does not grow with the trail. */
export class SealedCache {
  readonly files = new Lru<SegmentFile>(maxFiles, (file) => file.close());
  readonly outlines = new Lru<Outline>(8 * megabyte);
  readonly places = new Lru<LogPlaces>(4 * megabyte);
  readonly bodyFrames = new Lru<Frames>(4 * megabyte);
  readonly codes = new Lru<Codes>(6 * megabyte);
  readonly times = new Lru<Float64Array>(4 * megabyte);
  readonly texts = new Lru<TextRun>(6 * megabyte);
  readonly grams = new Lru<Uint8Array>(4 * megabyte);
  readonly bodies = new Lru<Bodies>(1 * megabyte);
  readonly values = new Lru<ValueGroup>(4 * megabyte);
  readonly tallies = new Lru<Uint8Array>(4 * megabyte);

  /** Closes the other files. What was unpacked of them goes with time; nobody asks for it. */
  keepOnly(paths: readonly string[]): void {
    this.files.keepOnly(new Set(paths));
  }

  close(): void {
    this.files.clear();
  }
}
