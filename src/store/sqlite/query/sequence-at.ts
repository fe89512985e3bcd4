import type { Micros } from '../../../core/micros.ts';
import { type Stretch, sequenceOf } from './segment.ts';
import { everything, selections } from './selections.ts';
import type { Slices } from './slices.ts';

/** The first sequence recorded at or after the instant; undefined when there is none. */
export function* sequenceAt(
  stretches: readonly Stretch[],
  recordedAt: Micros,
): Slices<number | undefined> {
  const later = stretches.filter(({ lastRecordedAt }) => lastRecordedAt >= recordedAt);
  for (const { part, rows } of selections(later, {}, everything)) {
    const times = part.recordedAt();
    const row = rows.find((at) => times[at]! >= recordedAt);
    if (row !== undefined) return sequenceOf(part, row);
    yield;
  }
  return undefined;
}
