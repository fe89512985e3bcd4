import type { ActiveColumns } from '../active/columns.ts';

/** A log's rows in the sealed order. */
export interface LogRows {
  readonly log: number;
  readonly first: number;
  readonly rows: number;
}

export interface RowOrder {
  /** Live row by sealed row. */
  readonly activeRows: Uint32Array;
  /** In order of number. */
  readonly logs: readonly LogRows[];
}

/** The order of (log, sequence). Within a log, rows are in order of sequence already. */
export function rowOrder({ logs }: ActiveColumns, rows: number): RowOrder {
  const counts = new Map<number, number>();
  for (let row = 0; row < rows; row += 1) {
    counts.set(logs[row]!, (counts.get(logs[row]!) ?? 0) + 1);
  }
  const ordered: LogRows[] = [];
  const next = new Map<number, number>();
  let first = 0;
  for (const [log, count] of [...counts].sort(([a], [b]) => a - b)) {
    ordered.push({ log, first, rows: count });
    next.set(log, first);
    first += count;
  }
  const activeRows = new Uint32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const place = next.get(logs[row]!)!;
    activeRows[place] = row;
    next.set(logs[row]!, place + 1);
  }
  return { activeRows, logs: ordered };
}
