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
  for (const { part, mask } of selections(later, {}, everything)) {
    const times = part.recordedAt();
    for (let row = 0; row < part.rows; row += 1) {
      if (mask[row] === 1 && times[row]! >= recordedAt) return sequenceOf(part, row);
    }
    yield;
  }
  return undefined;
}
