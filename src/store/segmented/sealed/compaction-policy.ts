import type { SealedInfo } from './sealed-segment.ts';

/** Segments that one is merged from at most: it has to know where each of them began. */
const maxInputs = 256;

/** Whether two neighbours are no more together than one segment may be. */
export function canCompact(a: SealedInfo, b: SealedInfo, segmentEvents: number): boolean {
  const mayChange = !a.dropped && !b.dropped;
  return mayChange && a.rows + b.rows <= segmentEvents && b.last - a.number < maxInputs;
}

/** Whether there are two neighbours of which it holds. */
export function canCompactAny(segments: readonly SealedInfo[], segmentEvents: number): boolean {
  return segments.some(
    (b, place) => place > 0 && canCompact(segments[place - 1]!, b, segmentEvents),
  );
}

/**
 * The newest two neighbours that are due to become one, of segments in their order. Like the digits of a number small
 * ones become longer ones, so that a row is written anew a few times at most: a segment waits until what came after it
 * is half as long, or can grow no more.
 */
export function neighboursToCompact<Segment extends Pick<SealedInfo, 'rows'>>(
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
