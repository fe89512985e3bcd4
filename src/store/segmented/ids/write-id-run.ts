import { entryWords } from './id-run-file.ts';
import { IdRunWriter } from './id-run-writer.ts';
import type { IdTimes } from './id-time.ts';
import type { RowIds } from './row-ids.ts';

/** Writes the id run of one segment. */
export function writeIdRun(path: string, segment: number, ids: RowIds, times: IdTimes): void {
  const writer = new IdRunWriter(path, ids.length);
  try {
    const entry = new Uint32Array(entryWords);
    ids.forEachInOrder((high, low, row) => {
      entry[0] = high;
      entry[1] = low;
      entry[2] = segment;
      entry[3] = row;
      writer.add(entry, 0);
    });
    writer.finish(times);
  } catch (error) {
    writer.discard();
    throw error;
  }
}
