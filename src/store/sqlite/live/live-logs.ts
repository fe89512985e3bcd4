import type { Range } from '../../event-store.ts';
import { type LiveColumns, partRows } from './columns.ts';

/** Where a log's events are in a segment in SQLite. It grows as rows come. */
export interface LivePlaces {
  readonly range: Range;
  /** Numbers of the parts that have some of its rows, ascending. */
  readonly parts: readonly number[];
}

/** Where the events of each log are in a segment in SQLite, read on as far as there are new rows when asked. */
export class LiveLogs {
  readonly #columns: LiveColumns;
  readonly #places = new Map<number, { range: { from: number; to: number }; parts: number[] }>();
  #read = 0;

  constructor(columns: LiveColumns) {
    this.#columns = columns;
  }

  /** Those in the rows before `rows`, which are no fewer than those asked about before. */
  placesOf(log: number, rows: number): LivePlaces {
    const { logs, sequences } = this.#columns;
    for (; this.#read < rows; this.#read += 1) {
      const sequence = sequences[this.#read]!;
      const part = Math.floor(this.#read / partRows);
      const places = this.#places.get(logs[this.#read]!);
      if (places === undefined) {
        const range = { from: sequence, to: sequence + 1 };
        this.#places.set(logs[this.#read]!, { range, parts: [part] });
      } else {
        places.range.to = sequence + 1;
        if (places.parts.at(-1) !== part) places.parts.push(part);
      }
    }
    return this.#places.get(log) ?? nowhere;
  }
}

const nowhere: LivePlaces = { range: { from: 0, to: 0 }, parts: [] };
