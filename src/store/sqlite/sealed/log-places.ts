import type { SealedLog } from './directory.ts';

/** Where a log's events stand in a segment. */
export type LogPlace = Omit<SealedLog, 'organisation' | 'firstRecordedAt'>;

/** Words and doubles a log. */
const words = 4;
const times = 3;

/**
 * The places of all logs of a segment in 40 bytes each, so that a thread can hold those of every segment: whether a
 * segment concerns a question is known without a look at its file.
 */
export class LogPlaces {
  /** Number, first row, first sequence, first node. */
  readonly #words: Uint32Array;
  /** Earliest and latest `createdAt`, last `recordedAt`. */
  readonly #times: Float64Array;
  readonly #rows: number;

  /** `logs` in order of number, which have so many rows together, one log after the other. */
  constructor(logs: readonly LogPlace[], rows: number) {
    this.#words = new Uint32Array(logs.length * words);
    this.#times = new Float64Array(logs.length * times);
    this.#rows = rows;
    for (const [at, log] of logs.entries()) {
      this.#words.set([log.number, log.firstRow, log.firstSequence, log.firstNode], at * words);
      this.#times.set([log.earliest, log.latest, log.lastRecordedAt], at * times);
    }
  }

  get bytes(): number {
    return this.#words.byteLength + this.#times.byteLength;
  }

  /** The place of a log, if it has one here. */
  of(number: number): LogPlace | undefined {
    const at = firstAtLeast(this.#logs, (log) => this.#words[log * words]! >= number);
    return at < this.#logs && this.#words[at * words] === number ? this.#place(at) : undefined;
  }

  /** The log that a row belongs to. */
  at(row: number): LogPlace {
    return this.#place(firstAtLeast(this.#logs, (log) => this.#firstRow(log) > row) - 1);
  }

  get #logs(): number {
    return this.#words.length / words;
  }

  #firstRow(at: number): number {
    return at === this.#logs ? this.#rows : this.#words[at * words + 1]!;
  }

  #place(at: number): LogPlace {
    const firstRow = this.#firstRow(at);
    return {
      number: this.#words[at * words]!,
      firstRow,
      rows: this.#firstRow(at + 1) - firstRow,
      firstSequence: this.#words[at * words + 2]!,
      firstNode: this.#words[at * words + 3]!,
      earliest: this.#times[at * times]!,
      latest: this.#times[at * times + 1]!,
      lastRecordedAt: this.#times[at * times + 2]!,
    };
  }
}

/** The first place from 0 to `length` where the test holds; it holds at all places after that. */
export function firstAtLeast(length: number, holds: (place: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
