interface Bucket {
  readonly from: string;
  readonly success: number;
  readonly failure: number;
  readonly unknown: number;
}

/** Fewer bars would be so wide that they no longer look like counts over time. */
const leastBuckets = 24;

/** Few buckets, with empty ones of the same width before and after them. */
export function padBuckets(buckets: readonly Bucket[], bucketSeconds: number): readonly Bucket[] {
  const [first] = buckets;
  const missing = leastBuckets - buckets.length;
  if (first === undefined || missing <= 0) return buckets;
  const before = Math.floor(missing / 2);
  const start = Date.parse(first.from) - before * bucketSeconds * 1_000;
  return Array.from({ length: leastBuckets }, (_, at) => {
    const from = new Date(start + at * bucketSeconds * 1_000).toISOString();
    return buckets[at - before] ?? { from, success: 0, failure: 0, unknown: 0 };
  });
}
