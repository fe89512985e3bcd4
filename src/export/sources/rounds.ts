import type { Micros } from '../../core/micros.ts';
import type { EntryFacts } from '../stages.ts';
import { IdSet } from './id-set.ts';

/** So many rounds in a row that brought nothing new are believed though the list lost objects in each. */
const quietRounds = 2;

/**
 * Tells when a list that was walked several times was seen as a whole. Reading page after page misses an object only
 * when another, that was read before it, was taken away and so pulled it over the place in hand. Hence a round missed
 * nothing if all that it saw is still there in the round after it. A list that loses objects all the time never shows
 * that; there it is the next best thing that several rounds brought nothing new.
 */
export class Rounds {
  /** Objects from here on do not count: what lies behind the window may be read or not. */
  readonly #to: Micros;
  readonly #from: Micros;
  /** Every id seen, marked with the round that saw it last, from 1. */
  readonly #ids = new IdSet();
  #round = 0;
  /** How many the round before saw, if it began at the beginning. */
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

  /** Begins a round; `whole` unless an earlier run had read the beginning of it. */
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

  /** A page is not looked at, and nothing can be told from this round. */
  skipPage(): void {
    this.#whole = false;
  }

  /** Ends the round; true when the rounds together missed nothing. */
  end(): boolean {
    if (this.#before === undefined) return false;
    this.#quiet = this.#fresh === 0 ? this.#quiet + 1 : 0;
    return this.#again === this.#before || this.#quiet >= quietRounds;
  }
}
