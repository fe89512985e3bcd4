import { AnnalsError } from '../../core/errors.ts';
import type { ReceivedObject } from '../../export/sources/list-objects.ts';
import { formatNanos, type Nanos, parseNanos } from './nanos.ts';

const microsecond: Nanos = 1_000n;

/** A page with fewer entries than this, and than were asked for, is not full on any server. */
const minFullPage = 10;

/** A cursor that moves less than this without bringing anything is one that never ends. */
const minCursorProgress: Nanos = 60_000_000_000n;

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
  #requestedFrom: Nanos;
  /** Ids of the page before, and of this one. */
  #before = new Set<string>();
  #page = new Set<string>();
  #last: { text: string; nanos: Nanos } | undefined;
  /** The time of the entry before, on this page. */
  #previous: Nanos | undefined;
  #newEntries = 0;
  /** Answers in a row that brought nothing new although the cursor moved a little. */
  #idlePages = 0;
  readonly #usualLimit: number;
  /** Answers in a row that were all known, and did not move. */
  #stuckPages = 0;

  constructor(cursor: string, limit: number) {
    this.cursor = cursor;
    this.position = cursor;
    this.limit = limit;
    this.#usualLimit = limit;
    this.#requestedFrom = parseNanos(cursor) ?? 0n;
  }

  beginPage(): void {
    this.#page = new Set();
    this.#previous = undefined;
    this.#newEntries = 0;
  }

  /** Throws `internal` when the entries are not in the order that was asked for: the rest could not be found. */
  addEntries(objects: readonly ReceivedObject[]): void {
    for (const { id, time } of objects) {
      this.#page.add(id);
      if (!this.#before.has(id)) this.#newEntries += 1;
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
  endPage(nextCursor: unknown): void {
    const given = this.#parseCursor(nextCursor);
    if (given === undefined) {
      this.ended = true;
      return;
    }
    // A cursor cut to seconds or milliseconds lies behind what was received; what was received says it exactly.
    const last = this.#last;
    const next = last !== undefined && last.nanos > given.nanos ? last : given;
    const moved = next.nanos - this.#requestedFrom;
    if (this.#newEntries > 0) {
      if (moved < 0n) throw this.#backwardsError(next.text);
      this.#idlePages = 0;
      this.#stuckPages = 0;
      this.limit = this.#usualLimit;
      this.#moveTo(next);
    } else if (moved <= 0n && this.#page.size > 0) {
      this.#stepOver(next.nanos);
    } else {
      this.#idlePages = moved > minCursorProgress ? 0 : this.#idlePages + 1;
      if (moved <= 0n || this.#idlePages > 1) this.ended = true;
      else this.#moveTo(next);
    }
    this.#before = this.#page;
  }

  /** Undefined for what stands for no cursor (wire: CockroachDB 3.2). Anything else must be an instant. */
  #parseCursor(value: unknown): { text: string; nanos: Nanos } | undefined {
    if (value === undefined || value === null || value === '') return undefined;
    const text = String(value);
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
  #stepOver(instant: Nanos): void {
    this.#stuckPages += 1;
    // A cursor may lie a nanosecond behind the entries; it is their times that tell how fine times are.
    const latest = this.#last?.nanos ?? instant;
    if (this.#stuckPages === 1) {
      this.cursor = formatNanos(instant + 1n);
    } else if (this.#stuckPages === 2) {
      this.limit = 2 * Math.max(this.limit, this.#page.size);
    } else if (this.#stuckPages === 3 && latest % microsecond === 0n) {
      this.cursor = formatNanos(latest + microsecond);
    } else if (this.#page.size < Math.min(this.limit, minFullPage)) {
      this.ended = true;
    } else {
      throw new AnnalsError(
        'internal',
        `Cannot go on: the source answers the same entries however far behind ${formatNanos(instant)} it is asked`,
      );
    }
  }

  #backwardsError(to: string): AnnalsError {
    return new AnnalsError(
      'internal',
      `Cannot go on: the cursor went back from ${this.cursor} to ${to}`,
    );
  }

  #moveTo({ text, nanos }: { text: string; nanos: Nanos }): void {
    this.cursor = text;
    this.position = text;
    this.#requestedFrom = nanos;
  }
}
