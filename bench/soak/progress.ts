import { Histogram } from './histogram.ts';

/** What is done over and over. */
export const deeds = [
  'native walks',
  'UpCloud walks',
  'counts',
  'checkpoints proved',
  'exports',
  'exports resumed',
  'batches repeated',
] as const;
export type Deed = (typeof deeds)[number];
export type Done = Readonly<Record<Deed, number>>;

/** What was measured and done so far; it does not grow with it. */
export class Figures {
  /** Milliseconds until a request that records was answered. */
  readonly writes = new Histogram();
  /** Milliseconds until a page was answered, in whichever dialect. */
  readonly pages = new Histogram();
  readonly #done = new Map<Deed, number>();

  add(deed: Deed): void {
    this.#done.set(deed, this.of(deed) + 1);
  }

  of(deed: Deed): number {
    return this.#done.get(deed) ?? 0;
  }

  /** As they are now, beside how many events are acknowledged. */
  now(acknowledged: number): Standing {
    return {
      at: performance.now(),
      acknowledged,
      writes: this.writes.copy(),
      pages: this.pages.copy(),
      done: doneBy((deed) => this.of(deed)),
    };
  }
}

/** Figures at a moment. */
export interface Standing {
  readonly at: number;
  readonly acknowledged: number;
  readonly writes: Histogram;
  readonly pages: Histogram;
  readonly done: Done;
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** What happened between two moments. */
export interface Progress {
  readonly seconds: number;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly writeMillis: Quantiles;
  readonly pageMillis: Quantiles;
  readonly done: Done;
}

export function between(before: Standing, after: Standing): Progress {
  const seconds = (after.at - before.at) / 1_000;
  const events = after.acknowledged - before.acknowledged;
  return {
    seconds,
    events,
    eventsPerSecond: events / seconds,
    writeMillis: quantiles(after.writes.since(before.writes)),
    pageMillis: quantiles(after.pages.since(before.pages)),
    done: doneBy((deed) => after.done[deed] - before.done[deed]),
  };
}

const doneBy = (count: (deed: Deed) => number) =>
  Object.fromEntries(deeds.map((deed) => [deed, count(deed)])) as Done;

const quantiles = (histogram: Histogram): Quantiles => ({
  p50: histogram.quantile(0.5),
  p99: histogram.quantile(0.99),
});
