import type { Order } from '../../event-store.ts';
import type { Part, Stretch, TimeBounds } from './segment.ts';

export interface PartOfStretch {
  readonly stretch: Stretch;
  readonly part: Part;
}

/** What comes next: a part; or a stretch, whose parts come from then on if it is opened. */
type Next = PartOfStretch | { readonly stretch: Stretch; readonly part: undefined };

/**
 * Stretches and their parts by the first time that each may hold in an order. A stretch comes before its parts, so that
 * nothing is looked at in one that is not wanted, or when there is enough by then.
 */
export class PartsInOrder {
  readonly #order: Order;
  /** Last first, so that the next one is at the end; both. */
  readonly #stretches: Stretch[];
  readonly #parts: PartOfStretch[] = [];

  constructor(stretches: readonly Stretch[], order: Order) {
    this.#order = order;
    this.#stretches = stretches.toSorted((a, b) => this.#start(b) - this.#start(a));
  }

  next(): Next | undefined {
    const stretch = this.#stretches.at(-1);
    const place = this.#parts.at(-1);
    const isStretchFirst =
      stretch !== undefined &&
      (place === undefined || this.#start(stretch) <= this.#start(place.part));
    if (!isStretchFirst) return this.#parts.pop();
    this.#stretches.pop();
    return { stretch, part: undefined };
  }

  open(stretch: Stretch): void {
    for (const part of stretch.parts) this.#parts.push({ stretch, part });
    this.#parts.sort((a, b) => this.#start(b.part) - this.#start(a.part));
  }

  #start({ earliest, latest }: TimeBounds): number {
    return this.#order === 'asc' ? earliest : -latest;
  }
}
