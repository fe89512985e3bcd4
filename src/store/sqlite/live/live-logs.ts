import type { Range } from '../../event-store.ts';
import type { LiveColumns } from './columns.ts';

/** Which sequences of each log a segment in SQLite has, read on as far as there are new rows when asked. */
export class LiveLogs {
  readonly #columns: LiveColumns;
  readonly #ranges = new Map<number, { readonly from: number; to: number }>();
  #read = 0;

  constructor(columns: LiveColumns) {
    this.#columns = columns;
  }

  /** Of the rows before `rows`; perhaps wider, when others were asked about before. */
  rangeOf(log: number, rows: number): Range {
    const { logs, sequences } = this.#columns;
    for (; this.#read < rows; this.#read += 1) {
      const sequence = sequences[this.#read]!;
      const range = this.#ranges.get(logs[this.#read]!);
      if (range === undefined) {
        this.#ranges.set(logs[this.#read]!, { from: sequence, to: sequence + 1 });
      } else {
        range.to = sequence + 1;
      }
    }
    return this.#ranges.get(log) ?? none;
  }
}

const none: Range = { from: 0, to: 0 };
