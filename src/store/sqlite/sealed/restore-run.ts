import { searchableParts } from '../../searchable-parts.ts';
import { type IdSeed, idHash } from '../ids/id-hash.ts';
import { idTime, noIdTimes, widened } from '../ids/id-time.ts';
import { RowIds } from '../ids/row-ids.ts';
import { writeRun } from '../ids/write-run.ts';
import type { SealedSegment } from './sealed-segment.ts';

/** Writes the run of ids of a segment anew, from the events themselves, which may be merged with others by now. */
export function restoreRun(held: SealedSegment, segment: number, path: string, seed: IdSeed): void {
  const ids = new RowIds(held.rowsOf(segment));
  let times = noIdTimes;
  for (let row = 0; row < held.rowsOf(segment); row += 1) {
    const { log, body } = held.storedRow({ segment, row })!;
    const { eventID } = searchableParts(body);
    ids.add(idHash(seed, log, eventID), row);
    const time = idTime(eventID);
    if (time !== undefined) times = widened(times, { earliest: time, latest: time });
  }
  writeRun(path, segment, ids, times);
}
