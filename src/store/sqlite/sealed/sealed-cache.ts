import { Lru } from '../lru.ts';
import type { Codes } from '../query/segment.ts';
import type { Bodies } from './bodies.ts';
import type { SegmentDirectory } from './directory.ts';
import type { SegmentFile } from './segment-file.ts';

/** Texts one after the other; text n ends at `ends[n]`. */
export interface TextRun {
  readonly bytes: Buffer;
  readonly ends: Uint32Array;
}

const maxFiles = 64;
const megabyte = 1024 * 1024;

/** What a thread keeps of sealed segments, open and unpacked. It does not grow with the trail. */
export class SealedCache {
  readonly files = new Lru<SegmentFile>(maxFiles, (file) => file.close());
  readonly directories = new Lru<SegmentDirectory>(16 * megabyte);
  readonly codes = new Lru<Codes>(6 * megabyte);
  readonly times = new Lru<Float64Array>(4 * megabyte);
  readonly texts = new Lru<TextRun>(6 * megabyte);
  readonly grams = new Lru<Uint8Array>(4 * megabyte);
  readonly bodies = new Lru<Bodies>(1 * megabyte);
  readonly values = new Lru<readonly string[]>(4 * megabyte);
  /** What was counted, by the question. */
  readonly counts = new Lru<number>(megabyte);

  /** Closes the other files. What was unpacked of them goes with time; nobody asks for it. */
  keepOnly(paths: readonly string[]): void {
    this.files.keepOnly(new Set(paths));
  }

  close(): void {
    this.files.clear();
  }
}
