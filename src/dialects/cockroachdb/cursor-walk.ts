import { AnnalsError } from '../../core/errors.ts';
import type { Received } from '../../export/paging/objects.ts';
import { formatNanos, type Nanos, parseNanos } from './nanos.ts';

const microsecond: Nanos = 1_000n;

/** A page with fewer entries than this, and than were asked for, is not full on any server. */
const leastPage = 10;

/** A cursor that moves less than this without bringing anything is one that never ends. */
const worthFollowing: Nanos = 60_000_000_000n;

/** Follows the cursor, whatever a server means by it, and notices the end. */
export class CursorWalk {
  /** What to ask for next, as text: what a server wrote is handed back as it was. */
  cursor: string;
  /** The same without a step over an instant: where another walk can go on. */
  position: string;
  /** How many entries to ask for. */
  limit: number;
  ended = false;
  /** The instant of the position. */
  #asked: Nanos;
  /** Ids of the page before, and of this one. */
  #before = new Set<string>();
  #page = new Set<string>();
  #last: { text: string; nanos: Nanos } | undefined;
  /** The time of the entry before, on this page. */
  #previous: Nanos | undefined;
  #fresh = 0;
  /** Answers in a row that brought nothing new although the cursor moved a little. */
  #idle = 0;
  readonly #usualLimit: number;
  /** Answers in a row that were all known, and did not move. */
  #stuck = 0;

  constructor(cursor: string, limit: number) {
    this.cursor = cursor;
    this.position = cursor;
    this.limit = limit;
    this.#usualLimit = limit;
    this.#asked = parseNanos(cursor) ?? 0n;
  }

  beginPage(): void {
    this.#page = new Set();
    this.#previous = undefined;
    this.#fresh = 0;
  }

  /** Throws `internal` when the entries are not in the order that was asked for: the rest could not be found. */
  see(objects: readonly Received[]): void {
    for (const { id, time } of objects) {
      this.#page.add(id);
      if (!this.#before.has(id)) this.#fresh += 1;
      const nanos = parseNanos(time) ?? 0n;
      if (this.#previous !== undefined && nanos < this.#previous) {
        throw new AnnalsError(
          'internal',
          `Cannot go on: an entry of ${time} came after a later one, though they were asked for in ascending order`,
        );
      }
      this.#previous = nanos;
      if (this.#last === undefined || nanos > this.#last.nanos) this.#last = { text: time, nanos };
    }
  }

  /** Decides where to go on, or that this is the end. */
  endPage(said: unknown): void {
    const given = this.#read(said);
    if (given === undefined) {
      this.ended = true;
      return;
    }
    // A cursor cut to seconds or milliseconds lies behind what was received; what was received says it exactly.
    const last = this.#last;
    const next = last !== undefined && last.nanos > given.nanos ? last : given;
    const moved = next.nanos - this.#asked;
    if (this.#fresh > 0) {
      if (moved < 0n) throw this.#wentBack(next.text);
      this.#idle = 0;
      this.#stuck = 0;
      this.limit = this.#usualLimit;
      this.#goTo(next);
    } else if (moved <= 0n && this.#page.size > 0) {
      this.#getOver(next.nanos);
    } else {
      this.#idle = moved > worthFollowing ? 0 : this.#idle + 1;
      if (moved <= 0n || this.#idle > 1) this.ended = true;
      else this.#goTo(next);
    }
    this.#before = this.#page;
  }

  /** Undefined for what stands for no cursor (wire: CockroachDB 3.2). Anything else must be an instant. */
  #read(said: unknown): { text: string; nanos: Nanos } | undefined {
    if (said === undefined || said === null || said === '') return undefined;
    const text = String(said);
    if (text.startsWith('0001-')) return undefined;
    const nanos = parseNanos(text);
    if (nanos !== undefined) return { text, nanos };
    throw new AnnalsError('internal', `Cannot go on: the cursor ${text} is no time`);
  }

  /**
   * All entries of an instant come together, and these are known: the bound is inclusive, and it is stepped over. A
   * server may cut such a step off; then more may be had by asking for more, and where times have no more than six
   * digits by a greater step. After that there is no more if the page is not full, and no way to it if it is.
   */
  #getOver(instant: Nanos): void {
    this.#stuck += 1;
    // A cursor may lie a nanosecond behind the entries; it is their times that tell how fine times are.
    const latest = this.#last?.nanos ?? instant;
    if (this.#stuck === 1) {
      this.cursor = formatNanos(instant + 1n);
    } else if (this.#stuck === 2) {
      this.limit = 2 * Math.max(this.limit, this.#page.size);
    } else if (this.#stuck === 3 && latest % microsecond === 0n) {
      this.cursor = formatNanos(latest + microsecond);
    } else if (this.#page.size < Math.min(this.limit, leastPage)) {
      this.ended = true;
    } else {
      throw new AnnalsError(
        'internal',
        `Cannot go on: the source answers the same entries however far behind ${formatNanos(instant)} it is asked`,
      );
    }
  }

  #wentBack(to: string): AnnalsError {
    return new AnnalsError(
      'internal',
      `Cannot go on: the cursor went back from ${this.cursor} to ${to}`,
    );
  }

  #goTo({ text, nanos }: { text: string; nanos: Nanos }): void {
    this.cursor = text;
    this.position = text;
    this.#asked = nanos;
  }
}
