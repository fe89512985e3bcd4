import type { IdSource, SealSource } from '../seal-source.ts';
import type { ActiveSegment } from './active-segment.ts';
import { ActiveDictionary } from './active-slice.ts';
import { forEachId, visibleRows } from './columns.ts';
import type { CommitLogReader } from './commit-log-reader.ts';

/** A full segment as the source of a sealed one. */
export function activeSealSource(
  { columns }: ActiveSegment,
  reader: CommitLogReader,
): SealSource & IdSource {
  const { logs, sequences, createdAt, recordedAt, codes, text, textEnds, idTimes } = columns;
  const dictionary = new ActiveDictionary(columns);
  return {
    rows: visibleRows(columns),
    logs,
    sequences,
    createdAt,
    recordedAt,
    codes,
    text,
    textEnds,
    textsOf: (facet) => dictionary.textsOf(facet),
    rowsFrom: (row, most) => reader.rowsFrom(row, most),
    nodes: () => reader.nodes(),
    organisations: () =>
      new Map(reader.logs().map(({ number, organisation }) => [number, organisation])),
    idTimes: { earliest: idTimes[0]!, latest: idTimes[1]! },
    forEachId: (visit) => forEachId(columns, visit),
  };
}
