import { Histogram } from './histogram.ts';

/** What the soak does again and again. */
export const activities = [
  'native walks',
  'UpCloud walks',
  'counts',
  'checkpoints proved',
  'exports',
  'exports resumed',
  'batches repeated',
] as const;
export type Activity = (typeof activities)[number];
export type Done = Readonly<Record<Activity, number>>;

/** What was measured and counted so far, in constant memory. */
export class Figures {
  /** Milliseconds to the response of a request that records. */
  readonly writes = new Histogram();
  /** Milliseconds to the response of a page, in any dialect. */
  readonly pages = new Histogram();
  readonly #done = new Map<Activity, number>();

  add(activity: Activity): void {
    this.#done.set(activity, this.of(activity) + 1);
  }

  of(activity: Activity): number {
    return this.#done.get(activity) ?? 0;
  }

  /** A copy, with the number of acknowledged events. */
  now(acknowledged: number): Snapshot {
    return {
      at: performance.now(),
      acknowledged,
      writes: this.writes.copy(),
      pages: this.pages.copy(),
      done: doneBy((activity) => this.of(activity)),
    };
  }
}

/** The figures at one moment. */
export interface Snapshot {
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

export function between(before: Snapshot, after: Snapshot): Progress {
  const seconds = (after.at - before.at) / 1_000;
  const events = after.acknowledged - before.acknowledged;
  return {
    seconds,
    events,
    eventsPerSecond: events / seconds,
    writeMillis: quantiles(after.writes.since(before.writes)),
    pageMillis: quantiles(after.pages.since(before.pages)),
    done: doneBy((activity) => after.done[activity] - before.done[activity]),
  };
}

const doneBy = (count: (activity: Activity) => number) =>
  Object.fromEntries(activities.map((activity) => [activity, count(activity)])) as Done;

const quantiles = (histogram: Histogram): Quantiles => ({
  p50: histogram.quantile(0.5),
  p99: histogram.quantile(0.99),
});
