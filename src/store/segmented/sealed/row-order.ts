/** A log's rows in the sealed order. */
export interface LogRows {
  readonly log: number;
  readonly first: number;
  readonly rows: number;
}

export interface RowOrder {
  /** By sealed row: the row of the source. */
  readonly sourceRows: Uint32Array;
  /** In order of number. */
  readonly logs: readonly LogRows[];
}

/** The order of (log, sequence) for so many rows. `logs` has the log of each; rows of one log are in order already. */
export function rowOrder(logs: Uint32Array, rows: number): RowOrder {
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
  const sourceRows = new Uint32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const sealedRow = next.get(logs[row]!)!;
    sourceRows[sealedRow] = row;
    next.set(logs[row]!, sealedRow + 1);
  }
  return { sourceRows, logs: ordered };
}
