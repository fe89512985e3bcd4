import { type Filter, mayHold } from '../../../core/filter.ts';
import type { Range } from '../../event-store.ts';
import { translate } from './question.ts';
import { reaching } from './reaching.ts';
import type { Part, Stretch } from './segment.ts';
import { newRoom, select } from './select.ts';

export const everything: Range = { from: 0, to: Number.POSITIVE_INFINITY };

/** The matching rows of a part, at least one. */
export interface Selection {
  readonly stretch: Stretch;
  readonly part: Part;
  /** In order. The next selection is made in the same memory. */
  readonly rows: Uint16Array;
}

/** The matching rows of every part that has some, in order of sequence. */
export function* selections(
  stretches: readonly Stretch[],
  filter: Filter,
  sequences: Range,
): Generator<Selection> {
  const room = newRoom();
  for (const stretch of reaching(stretches, sequences.from)) {
    if (!mayHold(stretch, filter) || !overlap(stretch.range, sequences)) continue;
    const question = translate(filter, sequences, stretch.values);
    if (question === undefined) continue;
    for (const part of stretch.parts) {
      if (!mayHold(part, filter) || !overlap(part.range, sequences)) continue;
      const rows = room.subarray(0, select(part, stretch.log, question, room));
      if (rows.length > 0) yield { stretch, part, rows };
    }
  }
}

/** The same as rows of the segment. */
export function rowsOf({ part, rows }: Selection): number[] {
  return Array.from(rows, (row) => part.firstRow + row);
}

function overlap(a: Range, b: Range): boolean {
  return a.from < b.to && b.from < a.to;
}
