import { type Filter, mayHold } from '../../../core/filter.ts';
import type { Range } from '../../event-store.ts';
import { translate } from './question.ts';
import type { Part, Stretch } from './segment.ts';
import { newMask, select } from './select.ts';

export const everything: Range = { from: 0, to: Number.POSITIVE_INFINITY };

/** The matching rows of a part. */
export interface Selection {
  readonly stretch: Stretch;
  readonly part: Part;
  readonly mask: Uint8Array;
  /** How many are set in the mask: at least one. */
  readonly selected: number;
}

/** The matching rows of every part that has some, in order of sequence. */
export function* selections(
  stretches: readonly Stretch[],
  filter: Filter,
  sequences: Range,
): Generator<Selection> {
  for (const stretch of stretches) {
    if (!mayHold(stretch, filter) || !overlap(stretch.range, sequences)) continue;
    const question = translate(filter, sequences, stretch.values);
    if (question === undefined) continue;
    for (const part of stretch.parts) {
      if (!mayHold(part, filter) || !overlap(part.range, sequences)) continue;
      const mask = newMask(part);
      const selected = select(part, stretch.log, question, mask);
      if (selected > 0) yield { stretch, part, mask, selected };
    }
  }
}

/** The segment's rows that are set. */
export function rowsOf({ part, mask }: Selection): number[] {
  const rows: number[] = [];
  for (let row = 0; row < part.rows; row += 1) if (mask[row] === 1) rows.push(part.firstRow + row);
  return rows;
}

function overlap(a: Range, b: Range): boolean {
  return a.from < b.to && b.from < a.to;
}
