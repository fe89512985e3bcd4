import type { Micros } from '../../core/micros.ts';
import type { EntryFacts } from '../stages.ts';
import { IdSet } from './id-set.ts';

/** After this many rounds in a row without anything new the list counts as seen, even if it lost objects in each. */
const quietRounds = 2;

/**
 * Decides when a list that was walked several times was seen as a whole. Reading page after page misses an object only when
 * another one, which was read before, is removed: then the object moves back over the position of the walk. So a round
 * missed nothing if everything that it saw is still there in the next round. A list that loses objects all the time never
 * shows that; for such a list, several rounds without anything new are enough.
 */
export class Rounds {
  /** Objects from this time on do not count: what is after the window may be read or not. */
  readonly #to: Micros;
  readonly #from: Micros;
  /** Every id that was seen, marked with the last round that saw it, from 1. */
  readonly #ids = new IdSet();
  #round = 0;
  /** How many the round before saw, if it saw the whole list. */
  #before: number | undefined;
  #whole = false;
  #seen = 0;
  #again = 0;
  #fresh = 0;
  #quiet = 0;

  constructor({ from, to }: { readonly from: Micros; readonly to: Micros }) {
    this.#from = from;
    this.#to = to;
  }

  /** Begins a round; `whole` is false when an earlier run has read its first pages. */
  begin(whole: boolean): void {
    this.#before = this.#whole ? this.#seen : undefined;
    this.#whole = whole;
    this.#round += 1;
    this.#seen = 0;
    this.#again = 0;
    this.#fresh = 0;
  }

  addPage(objects: readonly EntryFacts[]): void {
    for (const { id, at } of objects) {
      if (at >= this.#to) continue;
      const mark = this.#ids.mark(id, this.#round);
      if (mark === this.#round) continue;
      this.#seen += 1;
      if (mark > 0 && mark === this.#round - 1) this.#again += 1;
      if (mark === 0 && at >= this.#from) this.#fresh += 1;
    }
  }

  /** A page is not counted, so this round shows nothing. */
  skipPage(): void {
    this.#whole = false;
  }

  /** Ends the round. Returns true when the rounds together missed nothing. */
  end(): boolean {
    if (this.#before === undefined) return false;
    this.#quiet = this.#fresh === 0 ? this.#quiet + 1 : 0;
    return this.#again === this.#before || this.#quiet >= quietRounds;
  }
}
