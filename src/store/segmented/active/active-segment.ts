import { searchFieldsOf } from '../../search-fields.ts';
import { type IdSeed, idHash } from '../ids/id-hash.ts';
import { ColumnWriter } from './column-writer.ts';
import { type ActiveColumns, type Capacity, createActiveColumns } from './columns.ts';
import type { ColumnsFile } from './columns-file.ts';
import type { CommitLogReader } from './commit-log-reader.ts';
import { emptyExtent, restoreRows } from './saved-rows.ts';
import { toSearchableEvent } from './searchable-event.ts';

/** What other threads know of a segment that is not sealed. */
export interface ActiveSegment {
  readonly number: number;
  /** Its row in the catalogue, and its file below the data directory. */
  readonly fileId: number;
  readonly file: string;
  readonly columns: ActiveColumns;
}

/** The capacity of a new segment: at least as much as its first append needs. */
export function capacityFor(rows: number, need: Capacity): Capacity {
  return {
    rows: Math.max(rows, need.rows),
    values: Math.max(rows * 8, need.values),
    valueBytes: Math.max(rows * 256, need.valueBytes),
    textBytes: Math.max(rows * 256, need.textBytes),
  };
}

/** The columns of a segment: rows that were saved, and for the other rows new ones from the events. */
export function loadColumns(
  commitLog: CommitLogReader,
  rows: number,
  seed: IdSeed,
  file: ColumnsFile,
): ColumnWriter {
  const extent = commitLog.extent();
  const saved = file.read(extent.rows, (row) => commitLog.leafHash(row));
  const { values, valueBytes, textBytes } = saved.at(-1)?.extent ?? emptyExtent;
  // Everything searchable is in the bodies. In lower case a text grows by half at most.
  const bytes = rows * 256 + extent.bytes * 2;
  const writer = new ColumnWriter(
    createActiveColumns({
      rows: Math.max(rows, extent.rows),
      values: values + (rows + extent.rows) * 8 + extent.rows * 6,
      valueBytes: valueBytes + bytes,
      textBytes: textBytes + bytes,
    }),
  );
  let before = emptyExtent;
  for (const some of saved) {
    writer.restore(some.extent.rows - before.rows, restoreRows(writer.columns, before, some));
    before = some.extent;
  }
  for (const { log, body, ...event } of commitLog.events(before.rows)) {
    const { eventID, facets, description } = searchFieldsOf(body);
    const searchable = toSearchableEvent({ ...event, eventID, facets, description });
    writer.stage(log, searchable, idHash(seed, log, eventID));
  }
  writer.publish();
  return writer;
}
