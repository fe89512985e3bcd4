import type { Position } from '../../../core/cursor.ts';
import type { Order } from '../../event-store.ts';
import { rowGroupRows } from '../log-slice.ts';
import type { RowBatch } from './row-batch.ts';

/** Merges the batches of several row groups into one order. Where they do not overlap in time it looks at no single event. */
export class RowBatchMerger {
  readonly #compare: (a: Position, b: Position) => number;
  /** By the positions of their first events. */
  #waiting: RowBatch[] = [];

  constructor(order: Order) {
    this.#compare = order === 'asc' ? comparePositions : (a, b) => comparePositions(b, a);
  }

  /** Adds a batch. Of all that wait, no more than the first `needed` will be taken. */
  add(batch: RowBatch, needed: number): void {
    this.#insert(batch);
    const waiting = this.#waiting.reduce((sum, { length }) => sum + length, 0);
    if (waiting > 2 * needed + rowGroupRows) this.#trimTo(needed);
  }

  /**
   * Takes out the first events, at most so many, as long as they are settled: no event that is added later comes before
   * them.
   */
  *take(most: number, isSettled: (position: Position) => boolean): Generator<RowBatch> {
    for (let needed = most; needed > 0; ) {
      const [batch, next] = this.#waiting;
      if (batch === undefined) return;
      const other = next?.positionAt(0);
      const isFirst = (position: Position) =>
        isSettled(position) && (other === undefined || this.#compare(position, other) < 0);
      const count = Math.min(needed, batch.countWhile(isFirst));
      if (count === 0) return;
      this.#waiting.shift();
      if (count < batch.length) this.#insert(batch.subBatch(count));
      needed -= count;
      yield batch.subBatch(0, count);
    }
  }

  #insert(batch: RowBatch): void {
    const first = batch.positionAt(0);
    const at = this.#waiting.findIndex((other) => this.#compare(first, other.positionAt(0)) < 0);
    this.#waiting.splice(at === -1 ? this.#waiting.length : at, 0, batch);
  }

  /** Bounds what waits, however many row groups overlap. */
  #trimTo(needed: number): void {
    const positions = this.#waiting.flatMap((batch) =>
      Array.from(batch.rows, (_, index) => batch.positionAt(index)),
    );
    const last = positions.sort(this.#compare)[needed - 1]!;
    this.#waiting = this.#waiting.flatMap((batch) => {
      const kept = batch.countWhile((position) => this.#compare(position, last) <= 0);
      return kept === 0 ? [] : [batch.subBatch(0, kept)];
    });
  }
}

function comparePositions(a: Position, b: Position): number {
  return a.createdAt - b.createdAt || a.sequence - b.sequence;
}
