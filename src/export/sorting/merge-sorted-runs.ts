import type { Entry, EntryFacts } from '../stages.ts';
import { compareEntries, isSameEvent } from './sorted-run.ts';

/** A run as the merge sees it: its first and last entry are known without opening it. */
export interface SortedRun {
  readonly first: EntryFacts;
  readonly last: EntryFacts;
  open(): AsyncIterable<readonly Entry[]>;
}

/** How many entries a batch has, or how many characters of them when they are long. */
const batchLength = 200;
const batchCharacters = 256 * 1024;

/**
 * Merges sorted runs into one order, each event once. When several runs have the same event, the one of the earliest run is
 * taken. A run is opened when its first entry is next: runs that follow one another in time, as from a source that sends
 * the newest first, are never open at the same time.
 */
export async function* mergeSortedRuns(
  runs: readonly SortedRun[],
): AsyncGenerator<readonly Entry[]> {
  const queue = new CursorHeap();
  const cursors = runs.map((run, index) => new SortedRunCursor(run, index));
  for (const cursor of cursors) queue.add(cursor);
  let batch: Entry[] = [];
  let characters = 0;
  let last: Entry | undefined;
  try {
    for (let cursor = queue.take(); cursor !== undefined; cursor = queue.take()) {
      await cursor.begin();
      const rival = queue.first;
      // As long as this run comes before all others, its entries need no further comparison.
      while (cursor.entry !== undefined && (rival === undefined || comesBefore(cursor, rival))) {
        if (!isSameEvent(cursor.entry, last)) {
          last = cursor.entry;
          batch.push(last);
          characters += last.text.length;
          if (batch.length === batchLength || characters >= batchCharacters) {
            yield batch;
            batch = [];
            characters = 0;
          }
        }
        if (!cursor.next()) await cursor.nextBatch();
      }
      if (cursor.entry !== undefined) queue.add(cursor);
    }
    if (batch.length > 0) yield batch;
  } finally {
    for (const cursor of cursors) await cursor.close();
  }
}

/** How many of these runs will be open at the same time. */
export function maxOverlappingRuns(runs: readonly SortedRun[]): number {
  const edges = runs.flatMap(({ first, last }) => [
    { at: first, opens: 1 },
    { at: last, opens: -1 },
  ]);
  edges.sort((one, other) => compareEntries(one.at, other.at) || other.opens - one.opens);
  let open = 0;
  let most = 0;
  for (const { opens } of edges) {
    open += opens;
    most = Math.max(most, open);
  }
  return most;
}

const comesBefore = (one: SortedRunCursor, other: SortedRunCursor): boolean => {
  const order = compareEntries(one.head, other.head);
  return order < 0 || (order === 0 && one.index < other.index);
};

/** A position in one run. */
class SortedRunCursor {
  readonly index: number;
  readonly #run: SortedRun;
  #batches: AsyncIterator<readonly Entry[]> | undefined;
  #batch: readonly Entry[] = [];
  #at = 0;
  entry: Entry | undefined;

  constructor(run: SortedRun, index: number) {
    this.#run = run;
    this.index = index;
  }

  /** The next entry; known before the run is opened. */
  get head(): EntryFacts {
    return this.entry ?? this.#run.first;
  }

  async begin(): Promise<void> {
    if (this.#batches !== undefined) return;
    this.#batches = this.#run.open()[Symbol.asyncIterator]();
    await this.nextBatch();
  }

  /** Moves to the next entry of the batch. Returns false at its end. */
  next(): boolean {
    this.#at += 1;
    this.entry = this.#batch[this.#at];
    return this.entry !== undefined;
  }

  async nextBatch(): Promise<void> {
    do {
      const result = await this.#batches?.next();
      this.#batch = result === undefined || result.done === true ? [] : result.value;
      if (result?.done !== false) {
        // Frees the memory that this run was read into: there may be many more runs.
        this.#batches = undefined;
        break;
      }
    } while (this.#batch.length === 0);
    this.#at = 0;
    this.entry = this.#batch[0];
  }

  async close(): Promise<void> {
    await this.#batches?.return?.();
  }
}

/** A binary heap of cursors. */
class CursorHeap {
  readonly #heap: SortedRunCursor[] = [];

  get first(): SortedRunCursor | undefined {
    return this.#heap[0];
  }

  add(cursor: SortedRunCursor): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(cursor);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as SortedRunCursor;
      if (!comesBefore(cursor, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = cursor;
  }

  take(): SortedRunCursor | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const moved = heap.pop();
    if (moved === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && comesBefore(right, left)) child += 1;
      const smaller = heap[child] as SortedRunCursor;
      if (!comesBefore(smaller, moved)) break;
      heap[at] = smaller;
      at = child;
    }
    heap[at] = moved;
    return top;
  }
}
