import { joined, release } from '../../../core/bytes.ts';
import type { Place } from '../../../core/cursor.ts';
import type { Lines, LinesQuery, Packing } from '../../event-store.ts';
import { usualBytes } from '../../lines-of.ts';
import type { KnownCounts } from './known-counts.ts';
import { listRuns } from './runs.ts';
import type { Stretch } from './segment.ts';
import type { Slices } from './slices.ts';

/** Bytes that an event usually has at least: no more events are looked for than may make up the page. */
const eventBytes: Record<Packing, number> = { plain: 512, zstd: 128 };

/** A page as lines, cut off once it has bytes enough; undefined when there is none. */
export function* listLines(
  stretches: readonly Stretch[],
  query: LinesQuery,
  packing: Packing,
  known: KnownCounts,
): Slices<Lines | undefined> {
  const { maxBytes = usualBytes } = query;
  // A page that has half of it is not worth being joined with more from elsewhere.
  const enoughBytes = maxBytes / 2;
  const limit = Math.min(query.limit, Math.ceil(maxBytes / eventBytes[packing]));
  const runs = yield* listRuns(stretches, { ...query, limit: limit + 1 }, known);
  const listed = runs.reduce((sum, { length }) => sum + length, 0);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let [events, bytes] = [0, 0];
  let last: Place | undefined;
  for (const run of runs) {
    const wanted = Math.min(run.length, limit - events);
    for (let at = 0; at < wanted && bytes < enoughBytes; ) {
      const lines = run.stretch.lines(run.rows.subarray(at, wanted), maxBytes - bytes, packing);
      pieces.push(lines.bytes);
      bytes += lines.bytes.length;
      events += lines.rows;
      at += lines.rows;
      last = run.placeAt(at - 1);
      yield;
    }
  }
  return last && { events, bytes: together(pieces), last, more: events < listed };
}

/** As one. What was joined is given back. */
function together(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  const bytes = joined(pieces);
  for (const piece of pieces) release(piece);
  return bytes;
}
