import { joinBytes } from '../../../core/bytes.ts';
import type { Position } from '../../../core/cursor.ts';
import { releaseBuffer } from '../../../runtime/release-buffer.ts';
import { defaultMaxBytes } from '../../event-lines.ts';
import type { Lines, LinesQuery, Packing } from '../../event-store.ts';
import type { LogSlice } from '../log-slice.ts';
import type { KnownCounts } from './known-counts.ts';
import type { Slices } from './run-in-slices.ts';
import { selectPage } from './select-page.ts';

/** Bytes that an event usually has at least: no more events are looked for than may make up the page. */
const minEventBytes: Record<Packing, number> = { plain: 512, zstd: 128 };

/** A page as lines, cut off once it has bytes enough; undefined when there is none. */
export function* listLines(
  slices: readonly LogSlice[],
  query: LinesQuery,
  packing: Packing,
  known: KnownCounts,
): Slices<Lines | undefined> {
  const { maxBytes = defaultMaxBytes } = query;
  // A page that has half of it is not worth being joined with more from elsewhere.
  const enoughBytes = maxBytes / 2;
  const limit = Math.min(query.limit, Math.ceil(maxBytes / minEventBytes[packing]));
  const runs = yield* selectPage(slices, { ...query, limit: limit + 1 }, known);
  const listed = runs.reduce((sum, { length }) => sum + length, 0);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let [events, bytes] = [0, 0];
  let last: Position | undefined;
  for (const run of runs) {
    const wanted = Math.min(run.length, limit - events);
    for (let at = 0; at < wanted && bytes < enoughBytes; ) {
      const lines = run.logSlice.lines(run.rows.subarray(at, wanted), maxBytes - bytes, packing);
      pieces.push(lines.bytes);
      bytes += lines.bytes.length;
      events += lines.rows;
      at += lines.rows;
      last = run.positionAt(at - 1);
      yield;
    }
  }
  return last && { events, bytes: joinAndRelease(pieces), last, more: events < listed };
}

/** As one. What was joined is given back. */
function joinAndRelease(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  const bytes = joinBytes(pieces);
  for (const piece of pieces) releaseBuffer(piece);
  return bytes;
}
