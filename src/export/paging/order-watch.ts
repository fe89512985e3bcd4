import type { Window } from '../../core/window.ts';
import type { EntryFacts } from '../stages.ts';

export type ListOrder = 'newest-first' | 'oldest-first' | 'undecided' | 'unknown';

/** So many objects in a row are in no order by chance. */
const convincing = 50;

/**
 * Finds out in which order a list is from its pages. A page may repeat objects of the one before, because the list
 * shifted: so only the inside of pages, and how their ends follow one another, count.
 */
export class OrderWatch {
  #descending = true;
  #ascending = true;
  #last: number | undefined;
  #count = 0;

  watch(objects: readonly EntryFacts[]): void {
    let before: number | undefined;
    for (const { at } of objects) {
      if (before !== undefined) this.#compare(before, at);
      before = at;
    }
    if (before === undefined) return;
    if (this.#last !== undefined) this.#compare(this.#last, before);
    this.#last = before;
    this.#count += objects.length;
  }

  get order(): ListOrder {
    if (this.#descending && this.#ascending) return 'undecided';
    if (this.#descending) return 'newest-first';
    return this.#ascending ? 'oldest-first' : 'unknown';
  }

  /** Whether this page, and so all that follow, lie outside the window. */
  isBehind({ from, to }: Window, objects: readonly EntryFacts[]): boolean {
    if (this.#count < convincing || objects.length === 0) return false;
    if (this.order === 'newest-first') return objects.every(({ at }) => at < from);
    return this.order === 'oldest-first' && objects.every(({ at }) => at >= to);
  }

  #compare(before: number, after: number): void {
    if (after > before) this.#descending = false;
    if (after < before) this.#ascending = false;
  }
}
