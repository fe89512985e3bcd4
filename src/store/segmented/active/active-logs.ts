import type { Range } from '../../event-store.ts';
import { rowGroupRows } from '../log-slice.ts';
import type { ActiveColumns } from './columns.ts';

/** Where a log's events are in an active segment. It grows as rows come. */
export interface LogRowGroups {
  readonly range: Range;
  /** Numbers of the row groups that have some of its rows, ascending. */
  readonly rowGroups: readonly number[];
}

/** Where the events of each log are in an active segment. Each call reads the rows that came since the last one. */
export class ActiveLogs {
  readonly #columns: ActiveColumns;
  readonly #logs = new Map<number, { range: { from: number; to: number }; rowGroups: number[] }>();
  #read = 0;

  constructor(columns: ActiveColumns) {
    this.#columns = columns;
  }

  /** The log's row groups among the first `rows` rows. `rows` never gets lower from call to call. */
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
