import { searchFieldsOf } from '../../search-fields.ts';
import { type IdSeed, idHash } from '../ids/id-hash.ts';
import { idTime, noIdTimes, unionOfTimes } from '../ids/id-time.ts';
import { RowIds } from '../ids/row-ids.ts';
import { writeIdRun } from '../ids/write-id-run.ts';
import type { SealedSegment } from './sealed-segment.ts';

/** Writes the id run of a segment from its events, which may be in a compacted segment by now. */
export function restoreIdRun(
  sealed: SealedSegment,
  segment: number,
  path: string,
  seed: IdSeed,
): void {
  const ids = new RowIds(sealed.originalRows(segment));
  let times = noIdTimes;
  for (let row = 0; row < sealed.originalRows(segment); row += 1) {
    const { log, body } = sealed.storedRow({ segment, row })!;
    const { eventID } = searchFieldsOf(body);
    ids.add(idHash(seed, log, eventID), row);
    const time = idTime(eventID);
    if (time !== undefined) times = unionOfTimes(times, { earliest: time, latest: time });
  }
  writeIdRun(path, segment, ids, times);
}
