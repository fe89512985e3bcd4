import type { Window } from '../../src/core/window.ts';
import { Violation } from './problems.ts';
import { countBefore, numberOf, type Stream } from './streams.ts';

/** By producer: how many of its events, from the first one on, there are so far. */
export type Counts = Float64Array;

export type Direction = 'ascending' | 'descending';

/** A producer's events in a window: those numbered `[from, to)`. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Compares what a reader sees with what there must be: of each producer every event from the start of the window on, each
 * once and in order, and none that was never sent. A producer sends its events in order, so a log has the beginning of its
 * stream, and only its last event must be remembered.
 */
export class SeenEvents {
  #count = 0;
  readonly #direction: Direction;
  readonly #streams = new Map<number, { readonly stream: Stream; readonly range: Range }>();
  /** The numbers of the first and the last seen event of each producer. */
  readonly #seen = new Map<number, { readonly first: number; readonly last: number }>();

  /**
   * @param streams of the organisation that is read
   * @param window undefined for everything
   */
  constructor(
    streams: readonly Stream[],
    window: Window | undefined,
    direction: Direction = 'ascending',
  ) {
    this.#direction = direction;
    for (const stream of streams) {
      this.#streams.set(stream.producer, { stream, range: rangeOf(stream, window) });
    }
  }

  /** How many events were seen. */
  get count(): number {
    return this.#count;
  }

  /** Takes the next event. Throws `Violation` when it cannot be the next. */
  see(eventID: string): void {
    const found = numberOf(eventID);
    const known = found && this.#streams.get(found.producer);
    if (found === undefined || known === undefined) {
      throw new Violation(`${eventID} is an event that nobody sent to this organisation`);
    }
    const { producer, number } = found;
    const { from, to } = known.range;
    const seen = this.#seen.get(producer);
    const ascending = this.#direction === 'ascending';
    if (number < from || number >= to) {
      throw new Violation(
        `${eventID} lies outside the window, which has ${from} to ${to - 1} of these`,
      );
    }
    const next = seen === undefined ? from : seen.last + (ascending ? 1 : -1);
    if ((seen !== undefined || ascending) && number !== next) {
      const what = seen !== undefined && seen.last === number ? 'came twice' : 'came instead';
      throw new Violation(
        `Of producer ${producer} event ${next} was to come, and ${number} ${what}`,
      );
    }
    this.#seen.set(producer, { first: seen?.first ?? number, last: number });
    this.#count += 1;
  }

  /**
   * Throws `Violation` unless everything was seen that was acknowledged before the reading, and nothing that was not sent
   * before its end. A reader that never ends may call it again and again.
   */
  complete(acknowledgedBefore: Counts, sentSince: Counts): void {
    for (const { stream, range } of this.#streams.values()) {
      const { producer } = stream;
      const { from } = range;
      const seen = this.#seen.get(producer);
      const ascending = this.#direction === 'ascending';
      const [lowest, highest] = ascending ? [seen?.first, seen?.last] : [seen?.last, seen?.first];
      const reached = highest === undefined ? from : highest + 1;
      const least = within(acknowledgedBefore[producer]!, range);
      if (reached < least || (lowest ?? from) !== from) {
        const what = seen === undefined ? 'none' : `${lowest} to ${highest}`;
        throw new Violation(
          `Of producer ${producer} events ${from} to ${least - 1} were acknowledged and must be there; seen was ${what}`,
        );
      }
      const most = within(sentSince[producer]!, range);
      if (reached > most) {
        throw new Violation(
          `Of producer ${producer} only ${most} events were sent; seen was ${highest}`,
        );
      }
    }
  }
}

/** How many events of an organisation are in a window when the log has these many of each stream. */
export function expectedCount(
  streams: readonly Stream[],
  window: Window | undefined,
  counts: Counts,
): number {
  return streams.reduce((sum, stream) => {
    const range = rangeOf(stream, window);
    return sum + within(counts[stream.producer]!, range) - range.from;
  }, 0);
}

export function rangeOf(stream: Stream, window: Window | undefined): Range {
  if (window === undefined) return { from: 0, to: Number.POSITIVE_INFINITY };
  return { from: countBefore(stream, window.from), to: countBefore(stream, window.to) };
}

const within = (count: number, { from, to }: Range) => Math.min(Math.max(count, from), to);
