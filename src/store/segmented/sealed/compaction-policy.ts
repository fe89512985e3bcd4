import type { SealedInfo } from './sealed-segment.ts';

/** A segment is compacted from no more segments than these: it has to know where each of them began. */
const maxInputs = 256;

/** Whether two neighbours are together no larger than a segment may be. */
export function canCompact(a: SealedInfo, b: SealedInfo, segmentEvents: number): boolean {
  const mayChange = !a.dropped && !b.dropped;
  return mayChange && a.rows + b.rows <= segmentEvents && b.last - a.number < maxInputs;
}

/** Whether this holds for any two neighbours. */
export function canCompactAny(segments: readonly SealedInfo[], segmentEvents: number): boolean {
  return segments.some(
    (b, index) => index > 0 && canCompact(segments[index - 1]!, b, segmentEvents),
  );
}

/**
 * The newest two neighbours that should be compacted, of segments in order. Small ones become larger ones like the digits
 * of a number, so that a row is rewritten a few times at most: a segment waits until the one after it is half as long,
 * or can grow no more.
 */
export function neighboursToCompact<Segment extends Pick<SealedInfo, 'rows'>>(
  segments: readonly Segment[],
  fit: (a: Segment, b: Segment) => boolean,
): [Segment, Segment] | undefined {
  for (let index = segments.length - 2; index >= 0; index -= 1) {
    const [a, b, after] = segments.slice(index, index + 3);
    if (a === undefined || b === undefined || !fit(a, b)) continue;
    const growsNoMore = after !== undefined && !fit(b, after);
    if (a.rows <= b.rows * 2 || growsNoMore) return [a, b];
  }
  return undefined;
}
