import { day, hour, type Micros, minute, second } from './micros.ts';
import type { Window } from './window.ts';

/** Equal parts of time, one behind the other: bucket n is `[start + n * width, start + (n + 1) * width)`. */
export interface TimeGrid {
  readonly start: Micros;
  readonly width: Micros;
  readonly buckets: number;
}

/** Each is a multiple of the one before, except 30 days of a week. With the last one, all of time is one bucket. */
const widths: readonly Micros[] = [
  ...[1, 5, 10, 30].map((n) => n * second),
  ...[1, 5, 10, 30].map((n) => n * minute),
  ...[1, 3, 6, 12].map((n) => n * hour),
  ...[1, 7, 30, 90, 360, 3_600, 36_000, 360_000].map((n) => n * day),
];

/** Monday, 28 December 1699: weeks begin on Mondays, and no instant is earlier. */
const origin: Micros = -98_619 * day;

/**
 * At most so many buckets, at least one, that cover a window, in the narrowest round width. They begin at round times in
 * UTC, so the first and the last one may reach beyond the window. An offset moves them to the round times of a zone.
 */
export function timeGrid({ from, to }: Window, maxBuckets: number, offset: Micros = 0): TimeGrid {
  const first = origin - offset;
  for (const width of widths) {
    const start = first + Math.floor((from - first) / width) * width;
    const buckets = Math.ceil((to - start) / width);
    if (buckets <= maxBuckets) return { start, width, buckets: Math.max(1, buckets) };
  }
  throw new RangeError(`No width of a bucket is enough for ${from} to ${to}`);
}
