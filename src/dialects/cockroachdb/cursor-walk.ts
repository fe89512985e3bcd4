import { AnnalsError } from '../../core/errors.ts';
import type { ReceivedObject } from '../../export/sources/list-objects.ts';
import { formatNanos, type Nanos, parseNanos } from './nanos.ts';

const microsecond: Nanos = 1_000n;

/** A page with fewer entries than this, and than were requested, is not full on any server. */
const minFullPage = 10;

/** A cursor that moves less than this and brings nothing new will never end. */
const minCursorProgress: Nanos = 60_000_000_000n;

/** Follows the cursor, whether a server's bound is inclusive or exclusive, and notices the end. */
export class CursorWalk {
  /** The cursor of the next request, as text: what a server wrote is sent back as it was. */
  cursor: string;
  /** The same without a step over an instant: from here another walk can go on. */
  position: string;
  /** How many entries to request. */
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
  /** Pages in a row with nothing new although the cursor moved a little. */
  #idlePages = 0;
  readonly #firstLimit: number;
  /** Pages in a row with known entries alone whose cursor did not move. */
  #stuckPages = 0;

  constructor(cursor: string, limit: number) {
    this.cursor = cursor;
    this.position = cursor;
    this.limit = limit;
    this.#firstLimit = limit;
    this.#requestedFrom = parseNanos(cursor) ?? 0n;
  }

  beginPage(): void {
    this.#page = new Set();
    this.#previous = undefined;
    this.#newEntries = 0;
  }

  /** Throws `internal` when the entries are not in the requested order: the rest could not be found. */
  addEntries(objects: readonly ReceivedObject[]): void {
    for (const { id, time } of objects) {
      this.#page.add(id);
      if (!this.#before.has(id)) this.#newEntries += 1;
      const nanos = parseNanos(time) ?? 0n;
      if (this.#previous !== undefined && nanos < this.#previous) {
        throw new AnnalsError(
          'internal',
          `Cannot go on: an entry of ${time} came after a later one, although ascending order was requested`,
        );
      }
      this.#previous = nanos;
      if (this.#last === undefined || nanos > this.#last.nanos) this.#last = { text: time, nanos };
    }
  }

  /** Decides from where to go on, or that this is the end. */
  endPage(nextCursor: unknown): void {
    const received = this.#parseCursor(nextCursor);
    if (received === undefined) {
      this.ended = true;
      return;
    }
    // A cursor that was cut to seconds or milliseconds is earlier than the last entry, whose time is exact.
    const last = this.#last;
    const next = last !== undefined && last.nanos > received.nanos ? last : received;
    const moved = next.nanos - this.#requestedFrom;
    if (this.#newEntries > 0) {
      if (moved < 0n) throw this.#backwardsError(next.text);
      this.#idlePages = 0;
      this.#stuckPages = 0;
      this.limit = this.#firstLimit;
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

  /** Undefined for a value that means no cursor (wire: CockroachDB 3.2). Anything else must be an instant. */
  #parseCursor(value: unknown): { text: string; nanos: Nanos } | undefined {
    if (value === undefined || value === null || value === '') return undefined;
    const text = String(value);
    if (text.startsWith('0001-')) return undefined;
    const nanos = parseNanos(text);
    if (nanos !== undefined) return { text, nanos };
    throw new AnnalsError('internal', `Cannot go on: the cursor ${text} is not a time`);
  }

  /**
   * All entries of an instant come together, and these are known. So the bound is inclusive, and the cursor steps over
   * the instant. A server may cut off such a small step. Then a larger page may bring more, and a larger step where times
   * have at most six digits. If neither does, a page that is not full is the end, and a full one cannot be passed.
   */
  #stepOver(instant: Nanos): void {
    this.#stuckPages += 1;
    // A cursor may be a nanosecond after the entries; only their times show how precise times are.
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
        `Cannot go on: the source sends the same entries for every cursor after ${formatNanos(instant)}`,
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
