import type { SealedLog } from './footer-index.ts';

/** Where a log's events are in a segment. */
export type LogLocation = Omit<SealedLog, 'organisation' | 'firstRecordedAt'>;

/** Words and doubles for each log. */
const wordsPerLog = 4;
const timesPerLog = 3;

/**
 * Where each log of a segment is, in 40 bytes. A thread can hold this for every segment, and knows without looking at a
 * file whether a query is about the segment.
 */
export class LogLocations {
  /** Number, first row, first sequence, first node. */
  readonly #words: Uint32Array;
  /** Earliest and latest `createdAt`, last `recordedAt`. */
  readonly #times: Float64Array;
  readonly #rows: number;

  /** `logs` are in order of number and follow each other; together they have so many rows. */
  constructor(logs: readonly LogLocation[], rows: number) {
    this.#words = new Uint32Array(logs.length * wordsPerLog);
    this.#times = new Float64Array(logs.length * timesPerLog);
    this.#rows = rows;
    for (const [index, log] of logs.entries()) {
      this.#words.set(
        [log.number, log.firstRow, log.firstSequence, log.firstNode],
        index * wordsPerLog,
      );
      this.#times.set([log.earliest, log.latest, log.lastRecordedAt], index * timesPerLog);
    }
  }

  get bytes(): number {
    return this.#words.byteLength + this.#times.byteLength;
  }

  /** Undefined if the log has no events here. */
  of(number: number): LogLocation | undefined {
    const at = firstAtLeast(this.#logs, (log) => this.#words[log * wordsPerLog]! >= number);
    return at < this.#logs && this.#words[at * wordsPerLog] === number
      ? this.#location(at)
      : undefined;
  }

  /** The log that a row belongs to. */
  ofRow(row: number): LogLocation {
    return this.#location(firstAtLeast(this.#logs, (log) => this.#firstRow(log) > row) - 1);
  }

  get #logs(): number {
    return this.#words.length / wordsPerLog;
  }

  #firstRow(at: number): number {
    return at === this.#logs ? this.#rows : this.#words[at * wordsPerLog + 1]!;
  }

  #location(at: number): LogLocation {
    const firstRow = this.#firstRow(at);
    return {
      number: this.#words[at * wordsPerLog]!,
      firstRow,
      rows: this.#firstRow(at + 1) - firstRow,
      firstSequence: this.#words[at * wordsPerLog + 2]!,
      firstNode: this.#words[at * wordsPerLog + 3]!,
      earliest: this.#times[at * timesPerLog]!,
      latest: this.#times[at * timesPerLog + 1]!,
      lastRecordedAt: this.#times[at * timesPerLog + 2]!,
    };
  }
}

/** The first index from 0 to `length` for which the test holds; it holds for all indexes after that. */
export function firstAtLeast(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
