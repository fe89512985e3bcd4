import type { Order } from '../../event-store.ts';
import type { LogSlice, RowGroup, TimeBounds } from '../log-slice.ts';

export interface SliceRowGroup {
  readonly logSlice: LogSlice;
  readonly rowGroup: RowGroup;
}

/** The next row group; or a log slice, whose row groups follow if it is opened. */
type QueueEntry = SliceRowGroup | { readonly logSlice: LogSlice; readonly rowGroup: undefined };

/**
 * Log slices and their row groups, by the first time that each may hold in an order. A slice comes before its row groups,
 * so that a slice is not opened when the page is full before, or when the slice cannot match.
 */
export class RowGroupQueue {
  readonly #order: Order;
  /** Both have the next one at the end, where removing it is cheap. */
  readonly #slices: LogSlice[];
  readonly #rowGroups: SliceRowGroup[] = [];

  constructor(slices: readonly LogSlice[], order: Order) {
    this.#order = order;
    this.#slices = slices.toSorted((a, b) => this.#start(b) - this.#start(a));
  }

  next(): QueueEntry | undefined {
    const logSlice = this.#slices.at(-1);
    const first = this.#rowGroups.at(-1);
    const isSliceFirst =
      logSlice !== undefined &&
      (first === undefined || this.#start(logSlice) <= this.#start(first.rowGroup));
    if (!isSliceFirst) return this.#rowGroups.pop();
    this.#slices.pop();
    return { logSlice, rowGroup: undefined };
  }

  open(logSlice: LogSlice): void {
    for (const rowGroup of logSlice.rowGroups) this.#rowGroups.push({ logSlice, rowGroup });
    this.#rowGroups.sort((a, b) => this.#start(b.rowGroup) - this.#start(a.rowGroup));
  }

  /** The slices of the row groups that are left. */
  opened(): readonly LogSlice[] {
    return this.#rowGroups.map(({ logSlice }) => logSlice);
  }

  #start({ earliest, latest }: TimeBounds): number {
    return this.#order === 'asc' ? earliest : -latest;
  }
}
