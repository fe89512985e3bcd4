import { Wrong } from './problems.ts';
import type { Counts } from './sightings.ts';

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
 * What is known of each producer's events: acknowledged are the first so many, sent perhaps more. A request is recorded
 * as a whole or not at all, so after a kill there are only a few numbers of events that the log can have.
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

  /** To be called before a batch is sent. */
  sending(producer: number, { to }: Batch): void {
    this.sent[producer] = Math.max(to, this.sent[producer]!);
  }

  /** Nothing was answered: it was recorded, or it was not. */
  unanswered(producer: number, { to }: Batch): void {
    if (to > this.acknowledged[producer]!) this.#possible[producer]!.push(to);
  }

  /** Takes what was answered. Throws `Wrong` when it cannot be true. */
  received(producer: number, { from, to }: Batch, receipt: Receipt): void {
    const { accepted, duplicates, firstSequence, lastSequence, checkpointSize } = receipt;
    const told = `of producer ${producer}, events ${from} to ${to - 1}: ${JSON.stringify(receipt)}`;
    const length = to - from;
    if (accepted + duplicates !== length || lastSequence - firstSequence < length - 1) {
      throw new Wrong(`A receipt that does not count ${length} events, ${told}`);
    }
    if (checkpointSize <= lastSequence) throw new Wrong(`A checkpoint without them, ${told}`);
    if (to <= this.acknowledged[producer]!) {
      if (accepted > 0) throw new Wrong(`Recorded although acknowledged before, ${told}`);
      return;
    }
    const possible = this.#possible[producer]!;
    if (!possible.some((there) => (there < to ? accepted === to - there : accepted === 0))) {
      const there = possible.join(' or ');
      throw new Wrong(`Recorded in part, lost, or doubled: there were ${there} events, ${told}`);
    }
    this.acknowledged[producer] = to;
    this.#possible[producer] = [to];
  }

  /** How many events the log has of a producer while nobody sends. Throws `Wrong` when it cannot be so many. */
  found(producer: number, count: number): void {
    const possible = this.#possible[producer]!;
    if (!possible.includes(count)) {
      throw new Wrong(
        `The log has ${count} events of producer ${producer} and must have ${possible.join(' or ')}`,
      );
    }
    this.#possible[producer] = [count];
  }
}
