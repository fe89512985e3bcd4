import type { Position } from '../../../core/cursor.ts';
import type { Order } from '../../event-store.ts';
import { rowGroupRows } from '../active/columns.ts';
import type { RowBatch } from './row-batch.ts';

/** Brings the runs of several parts into one order. Where they do not overlap in time it looks at no single event. */
export class RowBatchMerger {
  readonly #compare: (a: Position, b: Position) => number;
  /** By the places of their first events. */
  #waiting: RowBatch[] = [];

  constructor(order: Order) {
    this.#compare = order === 'asc' ? comparePositions : (a, b) => comparePositions(b, a);
  }

  /** Adds a run. Of all that wait no more than the first so many will be asked for. */
  add(run: RowBatch, needed: number): void {
    this.#insert(run);
    const waiting = this.#waiting.reduce((sum, { length }) => sum + length, 0);
    if (waiting > 2 * needed + rowGroupRows) this.#trimTo(needed);
  }

  /**
   * Takes out the first events, at most so many, as long as they are settled: no event that was not added yet may come
   * before them.
   */
  *take(most: number, isSettled: (place: Position) => boolean): Generator<RowBatch> {
    for (let needed = most; needed > 0; ) {
      const [run, next] = this.#waiting;
      if (run === undefined) return;
      const other = next?.positionAt(0);
      const isFirst = (place: Position) =>
        isSettled(place) && (other === undefined || this.#compare(place, other) < 0);
      const count = Math.min(needed, run.countWhile(isFirst));
      if (count === 0) return;
      this.#waiting.shift();
      if (count < run.length) this.#insert(run.subBatch(count));
      needed -= count;
      yield run.subBatch(0, count);
    }
  }

  #insert(run: RowBatch): void {
    const first = run.positionAt(0);
    const at = this.#waiting.findIndex((other) => this.#compare(first, other.positionAt(0)) < 0);
    this.#waiting.splice(at === -1 ? this.#waiting.length : at, 0, run);
  }

  /** So that what waits is bounded, however many parts overlap. */
  #trimTo(needed: number): void {
    const places = this.#waiting.flatMap((run) =>
      Array.from(run.rows, (_, index) => run.positionAt(index)),
    );
    const last = places.sort(this.#compare)[needed - 1]!;
    this.#waiting = this.#waiting.flatMap((run) => {
      const kept = run.countWhile((place) => this.#compare(place, last) <= 0);
      return kept === 0 ? [] : [run.subBatch(0, kept)];
    });
  }
}

function comparePositions(a: Position, b: Position): number {
  return a.createdAt - b.createdAt || a.sequence - b.sequence;
}
