import type { Micros } from '../../../core/micros.ts';
import type { PausableWork } from '../../../core/pausable-work.ts';
import { type LogSlice, sequenceOfRow } from '../log-slice.ts';
import { allSequences, rowSelections } from './row-selections.ts';

/** The first sequence recorded at or after the instant; undefined when there is no such event. */
export function* sequenceAt(
  slices: readonly LogSlice[],
  recordedAt: Micros,
): PausableWork<number | undefined> {
  const later = slices.filter(({ lastRecordedAt }) => lastRecordedAt >= recordedAt);
  for (const selection of rowSelections(later, {}, allSequences)) {
    const times = selection?.rowGroup.recordedAt() ?? [];
    const row = selection?.rows.find((at) => times[at]! >= recordedAt);
    if (row !== undefined) return sequenceOfRow(selection!.rowGroup, row);
    yield;
  }
  return undefined;
}
