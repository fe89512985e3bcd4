import type { Range } from '../../event-store.ts';
import { type ActiveColumns, rowGroupRows } from './columns.ts';

/** Where a log's events are in a segment in SQLite. It grows as rows come. */
export interface LogRowGroups {
  readonly range: Range;
  /** Numbers of the parts that have some of its rows, ascending. */
  readonly rowGroups: readonly number[];
}

/** Where the events of each log are in a segment in SQLite, read on as far as there are new rows when asked. */
export class ActiveLogs {
  readonly #columns: ActiveColumns;
  readonly #logs = new Map<number, { range: { from: number; to: number }; rowGroups: number[] }>();
  #read = 0;

  constructor(columns: ActiveColumns) {
    this.#columns = columns;
  }

  /** Those in the rows before `rows`, which are no fewer than those asked about before. */
  rowGroupsOf(log: number, rows: number): LogRowGroups {
    const { logs, sequences } = this.#columns;
    for (; this.#read < rows; this.#read += 1) {
      const sequence = sequences[this.#read]!;
      const rowGroup = Math.floor(this.#read / rowGroupRows);
      const found = this.#logs.get(logs[this.#read]!);
      if (found === undefined) {
        const range = { from: sequence, to: sequence + 1 };
        this.#logs.set(logs[this.#read]!, { range, rowGroups: [rowGroup] });
      } else {
        found.range.to = sequence + 1;
        if (found.rowGroups.at(-1) !== rowGroup) found.rowGroups.push(rowGroup);
      }
    }
    return this.#logs.get(log) ?? noRowGroups;
  }
}

const noRowGroups: LogRowGroups = { range: { from: 0, to: 0 }, rowGroups: [] };
