import { release } from '../../../core/bytes.ts';
import { searchableParts } from '../../searchable-parts.ts';
import { type IdSeed, idHash } from '../ids/id-hash.ts';
import { LiveWriter } from './column-writer.ts';
import { type Capacity, createLiveColumns, type LiveColumns } from './columns.ts';
import type { ColumnsFile } from './columns-file.ts';
import type { Rows } from './rows.ts';
import { nothing, restoreRows } from './saved-rows.ts';
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

/** The columns of a segment again: those that were saved, and the others made from its events. */
export function loadColumns(held: Rows, rows: number, seed: IdSeed, file: ColumnsFile): LiveWriter {
  const extent = held.extent();
  const saved = file.read(extent.rows, (row) => held.leafHash(row));
  const { values, valueBytes, textBytes } = saved.at(-1)?.extent ?? nothing;
  // Everything searchable stands in the bodies; in lower case a text grows by half at most.
  const bytes = rows * 256 + extent.bytes * 2;
  const writer = new LiveWriter(
    createLiveColumns({
      rows: Math.max(rows, extent.rows),
      values: values + (rows + extent.rows) * 8 + extent.rows * 6,
      valueBytes: valueBytes + bytes,
      textBytes: textBytes + bytes,
    }),
  );
  let before = nothing;
  for (const some of saved) {
    writer.restore(some.extent.rows - before.rows, restoreRows(writer.columns, before, some));
    before = some.extent;
    release(some.content);
  }
  for (const { log, body, ...event } of held.events(before.rows)) {
    const { eventID, facets, description } = searchableParts(body);
    const found = searchableOf({ ...event, eventID, facets, description });
    writer.stage(log, found, idHash(seed, log, eventID));
  }
  writer.publish();
  return writer;
}
