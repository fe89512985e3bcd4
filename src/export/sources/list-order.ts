import type { Window } from '../../core/window.ts';
import type { EntryFacts } from '../stages.ts';

export type ListOrder = 'newest-first' | 'oldest-first' | 'undecided' | 'unknown';

/** What is known about the order of a list: plain JSON, for a position. */
export interface OrderCounts {
  /** How often an object was older, and how often newer, than the one before it. */
  readonly falls: number;
  readonly rises: number;
  /** The time of the last object. */
  readonly last: number | null;
}

export const noOrderCounts: OrderCounts = { falls: 0, rises: 0, last: null };

/** By chance this many differences in a row have one direction once in six thousand million lists. */
const convincingCount = 12;

/**
 * Finds out from the pages of a list in which order it is. A page may repeat objects of the one before, because the list
 * shifted. So only the order within pages counts, and the order of their last objects. A few objects, or many with few
 * different times, are in some order by chance: the order is undecided until enough of them differ.
 */
export class ListOrderDetector {
  #falls: number;
  #rises: number;
  #last: number | null;

  constructor({ falls, rises, last }: OrderCounts) {
    this.#falls = falls;
    this.#rises = rises;
    this.#last = last;
  }

  get counts(): OrderCounts {
    return { falls: this.#falls, rises: this.#rises, last: this.#last };
  }

  addPage(objects: readonly EntryFacts[]): void {
    let before: number | undefined;
    for (const { at } of objects) {
      if (before !== undefined) this.#compare(before, at);
      before = at;
    }
    if (before === undefined) return;
    if (this.#last !== null) this.#compare(this.#last, before);
    this.#last = before;
  }

  get order(): ListOrder {
    if (this.#falls > 0 && this.#rises > 0) return 'unknown';
    if (this.#falls >= convincingCount) return 'newest-first';
    return this.#rises >= convincingCount ? 'oldest-first' : 'undecided';
  }

  /** Whether this page, and so all that follow, lie outside the window. */
  isPastWindow({ from, to }: Window, objects: readonly EntryFacts[]): boolean {
    if (objects.length === 0) return false;
    if (this.order === 'newest-first') return objects.every(({ at }) => at < from);
    return this.order === 'oldest-first' && objects.every(({ at }) => at >= to);
  }

  #compare(before: number, after: number): void {
    if (after < before) this.#falls += 1;
    if (after > before) this.#rises += 1;
  }
}
