import { searchableParts } from '../../searchable-parts.ts';
import { type IdSeed, idHash } from '../ids/id-hash.ts';
import { LiveWriter } from './column-writer.ts';
import { type Capacity, createLiveColumns, type LiveColumns } from './columns.ts';
import type { Rows } from './rows.ts';
import { searchableOf } from './searchable.ts';

/** What other threads are told about a segment in SQLite. */
export interface LiveSegment {
  readonly number: number;
  readonly columns: LiveColumns;
}

/** The room a new segment has, at least as much as its first append needs. */
export function capacityFor(rows: number, need: Capacity): Capacity {
  return {
    rows: Math.max(rows, need.rows),
    values: Math.max(rows * 8, need.values),
    valueBytes: Math.max(rows * 256, need.valueBytes),
    textBytes: Math.max(rows * 256, need.textBytes),
  };
}

/** Makes the columns of a segment from its rows again. */
export function loadColumns(held: Rows, rows: number, seed: IdSeed): LiveWriter {
  const extent = held.extent();
  // Everything searchable stands in the bodies; in lower case a text grows by half at most.
  const bytes = rows * 256 + extent.bytes * 2;
  const writer = new LiveWriter(
    createLiveColumns({
      rows: Math.max(rows, extent.rows),
      values: (rows + extent.rows) * 8 + extent.rows * 6,
      valueBytes: bytes,
      textBytes: bytes,
    }),
  );
  for (const { log, body, ...event } of held.events()) {
    const { eventID, facets, description } = searchableParts(body);
    const found = searchableOf({ ...event, eventID, facets, description });
    writer.stage(log, found, idHash(seed, log, eventID));
  }
  writer.publish();
  return writer;
}
