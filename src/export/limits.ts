import { type Micros, second } from '../core/micros.ts';

/** How much an export holds at a time, and how often it makes sure of what it has. Tests make them small. */
export interface ExportLimits {
  /** Bytes of a block of a file, which is compressed and written at once. */
  readonly blockBytes: number;
  /** How much may have to be fetched again after a crash: so many blocks or so much time, whichever comes first. */
  readonly flushBlocks: number;
  readonly flushMicros: Micros;
  /** Bytes that are collected before they go to disk as sorted runs; earlier when they have waited so long. */
  readonly runBytes: number;
  readonly runMicros: Micros;
  /** Runs read at the same time; more are merged to fewer first. */
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
