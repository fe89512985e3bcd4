import type { Order } from '../../event-store.ts';
import type { Part, Stretch } from './segment.ts';

export interface PartOfStretch {
  readonly stretch: Stretch;
  readonly part: Part;
}

/**
 * All parts, by the first time that each may hold in this order. A stretch is asked whether it is wanted, and its parts
 * are looked at, when its turn has come.
 */
export function* partsInOrder(
  stretches: readonly Stretch[],
  order: Order,
  isWanted: (stretch: Stretch) => boolean,
): Generator<PartOfStretch> {
  // Last first, so that the next one is at the end.
  const later = (a: Bounds, b: Bounds) => start(b, order) - start(a, order);
  const waiting = stretches.toSorted(later);
  const open: PartOfStretch[] = [];
  for (;;) {
    const next = waiting.at(-1);
    const first = open.at(-1);
    if (
      next !== undefined &&
      (first === undefined || start(next, order) <= start(first.part, order))
    ) {
      waiting.pop();
      if (!isWanted(next)) continue;
      for (const part of next.parts) open.push({ stretch: next, part });
      open.sort((a, b) => later(a.part, b.part));
    } else if (first !== undefined) {
      open.pop();
      yield first;
    } else {
      return;
    }
  }
}

interface Bounds {
  readonly earliest: number;
  readonly latest: number;
}

function start({ earliest, latest }: Bounds, order: Order): number {
  return order === 'asc' ? earliest : -latest;
}
