import type { Lines, ListQuery } from '../../event-store.ts';
import { type Hit, listHits } from './list.ts';
import type { Stretch } from './segment.ts';
import type { Slices } from './slices.ts';

const enoughBytes = 1024 * 1024;
/** Rows taken at a time, between two looks at how much there is. */
const rowsTogether = 256;

/** A page as lines, cut off after about a megabyte; undefined when there is none. */
export function* listLines(
  stretches: readonly Stretch[],
  query: ListQuery,
): Slices<Lines | undefined> {
  const hits = yield* listHits(stretches, query);
  const pieces: Buffer[] = [];
  let [at, length] = [0, 0];
  while (at < hits.length && length < enoughBytes) {
    const end = endOfStretch(hits, at);
    const rows = hits.slice(at, end).map(({ row }) => row);
    for (const piece of hits[at]!.stretch.lines(rows)) {
      pieces.push(piece);
      length += piece.length;
    }
    at = end;
    yield;
  }
  const last = hits[at - 1];
  if (last === undefined) return undefined;
  const { createdAt, sequence } = last;
  return { events: at, bytes: joined(pieces, length), last: { createdAt, sequence } };
}

/** Where the hits that can be taken together from here end: in one stretch, and not too many. */
function endOfStretch(hits: readonly Hit[], at: number): number {
  const { stretch } = hits[at]!;
  let end = at + 1;
  while (end < hits.length && end < at + rowsTogether && hits[end]!.stretch === stretch) end += 1;
  return end;
}

/** One buffer that owns its memory, so that it can move to another thread. */
function joined(pieces: readonly Buffer[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
