import type { IdHash } from './id-hash.ts';
import { entryWords } from './id-run-file.ts';
import { IdRunWriter } from './id-run-writer.ts';
import type { IdTimes } from './id-time.ts';

/** The id of one row of a segment. */
export interface RowId {
  readonly row: number;
  readonly hash: IdHash;
}

/** Writes the run of a single segment. */
export function writeRun(
  path: string,
  segment: number,
  ids: readonly RowId[],
  times: IdTimes,
): void {
  const writer = new IdRunWriter(path, ids.length);
  try {
    const entry = new Uint32Array(entryWords);
    const inOrder = ids.toSorted((a, b) => a.hash.high - b.hash.high || a.hash.low - b.hash.low);
    for (const { row, hash } of inOrder) {
      entry.set([hash.high, hash.low, segment, row]);
      writer.add(entry, 0);
    }
    writer.finish(times);
  } catch (error) {
    writer.abandon();
    throw error;
  }
}
