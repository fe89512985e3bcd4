import { AnnalsError } from '../../core/errors.ts';
import type { Received } from '../../export/paging/objects.ts';
import { formatNanos, type Nanos, parseNanos } from './nanos.ts';

/** Follows the cursor, whatever a server means by it, and notices the end. */
export class CursorWalk {
  /** What to ask for next, as text: what a server wrote is handed back as it was. */
  cursor: string;
  ended = false;
  #asked: Nanos;
  /** Ids of the page before, and of this one. */
  #before = new Set<string>();
  #page = new Set<string>();
  #last: { text: string; nanos: Nanos } | undefined;
  #fresh = 0;
  /** Answers in a row that brought nothing new although the cursor moved. */
  #idle = 0;

  constructor(cursor: string) {
    this.cursor = cursor;
    this.#asked = parseNanos(cursor) ?? 0n;
  }

  beginPage(): void {
    this.#page = new Set();
    this.#fresh = 0;
  }

  see(objects: readonly Received[]): void {
    for (const { id, time } of objects) {
      this.#page.add(id);
      if (!this.#before.has(id)) this.#fresh += 1;
      const nanos = parseNanos(time) ?? 0n;
      if (this.#last === undefined || nanos > this.#last.nanos) this.#last = { text: time, nanos };
    }
  }

  /** Decides where to go on, or that this is the end. */
  endPage(said: unknown): void {
    const given = typeof said === 'string' ? parseNanos(said) : undefined;
    if (given === undefined) {
      this.ended = true;
      return;
    }
    // A cursor cut to seconds or milliseconds lies behind what was received; what was received says it exactly.
    const last = this.#last;
    const next =
      last !== undefined && last.nanos > given ? last : { text: said as string, nanos: given };
    const moved = next.nanos > this.#asked;
    if (this.#fresh > 0 && next.nanos < this.#asked) {
      throw new AnnalsError(
        'internal',
        `Cannot go on: the cursor went back from ${this.cursor} to ${next.text}`,
      );
    }
    this.#idle = this.#fresh > 0 ? 0 : this.#idle + 1;
    if (this.#fresh === 0 && !moved && this.#page.size > 0) {
      // All entries of an instant come together, and these are known: the bound is inclusive, and it is stepped over.
      this.#goTo(formatNanos(next.nanos + 1n), next.nanos + 1n);
    } else if (this.#fresh === 0 && (!moved || this.#idle > 1)) {
      this.ended = true;
    } else {
      this.#goTo(next.text, next.nanos);
    }
    this.#before = this.#page;
  }

  #goTo(text: string, nanos: Nanos): void {
    this.cursor = text;
    this.#asked = nanos;
  }
}
