const lowest = 0.01;
/** Buckets for each factor of e. */
const buckets = 30 / Math.log(2);

/** Many durations in a bounded number of buckets: a quantile is right within a few hundredths. */
export class Histogram {
  readonly #counts: Map<number, number>;

  constructor(counts: ReadonlyMap<number, number> = new Map()) {
    this.#counts = new Map(counts);
  }

  add(value: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log(value / lowest) * buckets));
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
  }

  copy(): Histogram {
    return new Histogram(this.#counts);
  }

  /** What was added since this copy. */
  since(before: Histogram): Histogram {
    const counts = Array.from(this.#counts, ([bucket, count]): [number, number] => [
      bucket,
      count - (before.#counts.get(bucket) ?? 0),
    ]);
    return new Histogram(new Map(counts));
  }

  /** The value below which this share of the values is; NaN without values. */
  quantile(share: number): number {
    const sorted = [...this.#counts].sort(([one], [other]) => one - other);
    const total = sorted.reduce((sum, [, count]) => sum + count, 0);
    let above = Math.max(1, Math.ceil(total * share));
    for (const [bucket, count] of sorted) {
      above -= count;
      if (above <= 0) return lowest * Math.exp(bucket / buckets);
    }
    return Number.NaN;
  }
}
