import { idOf, timeOf, type VendorEvent, type VendorKind } from './events.fixture.ts';
import type { Change, History } from './history.fixture.ts';
import { instant, type Nanos } from './instant.fixture.ts';
import { hash } from './random.fixture.ts';

/** How a vendor lists its events; `unsorted` is a stable order that has nothing to do with time. */
export type Order = 'newest' | 'oldest' | 'unsorted';

/**
 * How a page is cut: `short` pages lack entries that exist and are not shown, one before every third entry, so that no
 * page for at least two entries is empty.
 */
export type Pages = 'full' | 'short';

export function pageOf(
  list: readonly Entry[],
  start: number,
  limit: number,
  pages: Pages,
): VendorEvent[] {
  const rows =
    pages === 'full' || limit < 2
      ? list
      : list.flatMap((entry) => (hash(entry.id) % 3 === 0 ? [undefined, entry] : [entry]));
  return rows.slice(start, start + limit).flatMap((entry) => (entry ? [entry.event] : []));
}

export interface Entry {
  readonly event: VendorEvent;
  readonly id: string;
  readonly at: Nanos;
  /** The moment when it became visible, and the moment when retention removed it. */
  readonly born: number;
  died: number;
}

/**
 * Everything that a vendor ever had, and when. A moment is a number of requests with a response: what
 * happens at moment n is seen by request n + 1 and not earlier.
 */
export class Trail {
  readonly kind: VendorKind;
  readonly #entries: Entry[] = [];
  readonly #ids = new Set<string>();
  #pending: readonly Change[];
  #moment = 0;
  /** Lists that were built, until the trail changes: a walk requests the same list page by page. */
  readonly #lists = new Map<string, readonly Entry[]>();

  constructor(kind: VendorKind, history: History) {
    this.kind = kind;
    this.#pending = history.changes;
    this.arrive(history.events);
    this.#applyDue();
  }

  get moment(): number {
    return this.#moment;
  }

  /** A response was sent: changes planned after it happen now. */
  advance(): void {
    this.#moment += 1;
    this.#applyDue();
  }

  /** Shows events from now on. Throws for an id that the trail has or had: ids are never used twice. */
  arrive(events: readonly VendorEvent[]): void {
    for (const event of events) {
      const id = idOf(this.kind, event);
      if (this.#ids.has(id)) throw new Error(`Two events of this history have the id ${id}`);
      this.#ids.add(id);
      const at = timeOf(this.kind, event);
      this.#entries.push({ event, id, at, born: this.#moment, died: Number.POSITIVE_INFINITY });
    }
    this.#lists.clear();
  }

  /** Removes events older than this instant now. */
  forget(before: string): void {
    const limit = instant(before);
    for (const entry of this.#entries) {
      if (entry.at < limit && entry.died > this.#moment) entry.died = this.#moment;
    }
    this.#lists.clear();
  }

  /** All that existed at any time from moment `since` to moment `until`. */
  existed(since: number, until: number): Entry[] {
    return this.#entries.filter((entry) => entry.born <= until && entry.died > since);
  }

  /** What is visible now and kept by `keep`, in order. `name` distinguishes lists of one order. */
  list(order: Order, name = '', keep: (entry: Entry) => boolean = () => true): readonly Entry[] {
    const key = `${order} ${name}`;
    const known = this.#lists.get(key);
    if (known) return known;
    const list =
      name === ''
        ? this.existed(this.#moment, this.#moment).sort(comparators[order])
        : this.list(order).filter(keep);
    if (this.#lists.size >= 64) this.#lists.clear();
    this.#lists.set(key, list);
    return list;
  }

  #applyDue(): void {
    const due = this.#pending.filter((change) => change.afterRequest <= this.#moment);
    if (due.length === 0) return;
    this.#pending = this.#pending.filter((change) => change.afterRequest > this.#moment);
    for (const change of due) {
      if (change.arrive) this.arrive(change.arrive);
      if (change.forgetBefore) this.forget(change.forgetBefore);
    }
  }
}

const byId = (a: Entry, b: Entry): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
const byTime = (a: Entry, b: Entry): number => (a.at < b.at ? -1 : a.at > b.at ? 1 : byId(a, b));

/** Total orders, so that an unchanged list has the same pages every time. */
export const comparators: Readonly<Record<Order, (a: Entry, b: Entry) => number>> = {
  oldest: byTime,
  newest: (a, b) => byTime(b, a),
  unsorted: (a, b) => hash(a.id) - hash(b.id) || byId(a, b),
};
