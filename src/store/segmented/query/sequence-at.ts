import type { Micros } from '../../../core/micros.ts';
import { type LogSlice, sequenceOfRow } from '../log-slice.ts';
import { allSequences, rowSelections } from './row-selections.ts';
import type { Slices } from './run-in-slices.ts';

/** The first sequence recorded at or after the instant; undefined when there is none. */
export function* sequenceAt(
  slices: readonly LogSlice[],
  recordedAt: Micros,
): Slices<number | undefined> {
  const later = slices.filter(({ lastRecordedAt }) => lastRecordedAt >= recordedAt);
  for (const { rowGroup, rows } of rowSelections(later, {}, allSequences)) {
    const times = rowGroup.recordedAt();
    const row = rows.find((at) => times[at]! >= recordedAt);
    if (row !== undefined) return sequenceOfRow(rowGroup, row);
    yield;
  }
  return undefined;
}
