import { Violation } from './problems.ts';
import type { Counts } from './seen-events.ts';

export interface Receipt {
  readonly accepted: number;
  readonly duplicates: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly checkpointSize: number;
}

/** Events of one producer, numbered `[from, to)`, in one request. */
export interface Batch {
  readonly from: number;
  readonly to: number;
}

/**
 * How many events of each producer are acknowledged, and how many more were sent. A request is recorded as a whole or not
 * at all, so after a kill only a few counts of events are possible.
 */
export class Acknowledgements {
  readonly acknowledged: Counts;
  readonly sent: Counts;
  readonly #possible: number[][];

  constructor(producers: number) {
    this.acknowledged = new Float64Array(producers);
    this.sent = new Float64Array(producers);
    this.#possible = Array.from({ length: producers }, () => [0]);
  }

  /** Call it before a batch is sent. */
  sending(producer: number, { to }: Batch): void {
    this.sent[producer] = Math.max(to, this.sent[producer]!);
  }

  /** There was no response: the batch was recorded, or it was not. */
  unanswered(producer: number, { to }: Batch): void {
    if (to > this.acknowledged[producer]!) this.#possible[producer]!.push(to);
  }

  /** Takes the receipt. Throws `Violation` when it cannot be true. */
  received(producer: number, { from, to }: Batch, receipt: Receipt): void {
    const { accepted, duplicates, firstSequence, lastSequence, checkpointSize } = receipt;
    const which = `of producer ${producer}, events ${from} to ${to - 1}: ${JSON.stringify(receipt)}`;
    const length = to - from;
    if (accepted + duplicates !== length || lastSequence - firstSequence < length - 1) {
      throw new Violation(`A receipt that does not count ${length} events, ${which}`);
    }
    if (checkpointSize <= lastSequence) throw new Violation(`A checkpoint without them, ${which}`);
    if (to <= this.acknowledged[producer]!) {
      if (accepted > 0) throw new Violation(`Recorded although acknowledged before, ${which}`);
      return;
    }
    const possible = this.#possible[producer]!;
    if (!possible.some((there) => (there < to ? accepted === to - there : accepted === 0))) {
      const there = possible.join(' or ');
      throw new Violation(
        `Recorded in part, lost, or doubled: there were ${there} events, ${which}`,
      );
    }
    this.acknowledged[producer] = to;
    this.#possible[producer] = [to];
  }

  /** Takes how many events of a producer the log has, while nobody sends. Throws `Violation` when that is not possible. */
  found(producer: number, count: number): void {
    const possible = this.#possible[producer]!;
    if (!possible.includes(count)) {
      throw new Violation(
        `The log has ${count} events of producer ${producer} and must have ${possible.join(' or ')}`,
      );
    }
    this.#possible[producer] = [count];
  }
}
