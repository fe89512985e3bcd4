import type { SealedInfo } from './sealed-segment.ts';

/**
 * The newest two neighbours that are due to become one, of segments in their order. Like the digits of a number small
 * ones become longer ones, so that a row is written anew a few times at most: a segment waits until what came after it
 * is half as long, or can grow no more.
 */
export function neighboursDueForMerge<Segment extends Pick<SealedInfo, 'rows'>>(
  segments: readonly Segment[],
  fit: (a: Segment, b: Segment) => boolean,
): [Segment, Segment] | undefined {
  for (let place = segments.length - 2; place >= 0; place -= 1) {
    const [a, b, after] = segments.slice(place, place + 3);
    if (a === undefined || b === undefined || !fit(a, b)) continue;
    const growsNoMore = after !== undefined && !fit(b, after);
    if (a.rows <= b.rows * 2 || growsNoMore) return [a, b];
  }
  return undefined;
}
