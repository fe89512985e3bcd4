import { type Micros, second } from '../core/micros.ts';

/** How much an export holds at a time, and how often it makes that durable. Tests use small limits. */
export interface ExportLimits {
  /** Bytes of a block of a file. A block is compressed and written as a whole. */
  readonly blockBytes: number;
  /** How much may have to be fetched again after a crash: this many blocks or this much time, whichever is first. */
  readonly flushBlocks: number;
  readonly flushMicros: Micros;
  /** Bytes that are collected before they are written as sorted runs; earlier when they have waited this long. */
  readonly runBytes: number;
  readonly runMicros: Micros;
  /** How many runs are read at the same time; more are merged into fewer first. */
  readonly maxOpenRuns: number;
}

export const defaultLimits: ExportLimits = {
  blockBytes: 256 * 1024,
  flushBlocks: 128,
  flushMicros: 5 * second,
  runBytes: 4 * 1024 * 1024,
  runMicros: 10 * second,
  maxOpenRuns: 24,
};
