import type { FacetCount } from './event-store.ts';

/** The most frequent values, then by value in the order of UTF-16 units. Many values are not sorted for the first few. */
export function mostFrequent(
  counts: ReadonlyMap<string, number>,
  limit = Number.POSITIVE_INFINITY,
): FacetCount[] {
  const first: FacetCount[] = [];
  /** It is sorted, and cut, once it is twice as long as needed. */
  const cut = () => {
    first.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
    first.length = Math.min(first.length, limit);
  };
  let least = 0;
  for (const [value, count] of counts) {
    if (count < least) continue;
    first.push({ value, count });
    if (first.length < limit * 2 + 100) continue;
    cut();
    least = first.at(-1)?.count ?? 0;
  }
  cut();
  return first;
}
