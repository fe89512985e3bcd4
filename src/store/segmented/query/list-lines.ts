import { joinBytes } from '../../../core/bytes.ts';
import type { Position } from '../../../core/cursor.ts';
import type { PausableWork } from '../../../core/pausable-work.ts';
import { releaseBuffer } from '../../../runtime/release-buffer.ts';
import { defaultMaxBytes } from '../../event-lines.ts';
import type { CountedLines, Lines, LinesQuery, Packing } from '../../event-store.ts';
import type { LogSlice } from '../log-slice.ts';
import { count } from './count.ts';
import type { FilterAnswers } from './known-answers.ts';
import { selectPage } from './select-page.ts';

/** An event usually has at least so many bytes: no more events are selected than may fill the page. */
const minEventBytes: Record<Packing, number> = { plain: 512, zstd: 128 };

/** A page as lines, cut off once it has enough bytes; undefined when it has no event. */
export function* listLines(
  slices: readonly LogSlice[],
  query: LinesQuery,
  packing: Packing,
  answers: FilterAnswers,
): PausableWork<Lines | undefined> {
  const { maxBytes = defaultMaxBytes } = query;
  // To join a page that has half of the bytes with more would cost more than another page.
  const enoughBytes = maxBytes / 2;
  const limit = Math.min(query.limit, Math.ceil(maxBytes / minEventBytes[packing]));
  const batches = yield* selectPage(slices, { ...query, limit: limit + 1 }, answers);
  const selected = batches.reduce((sum, { length }) => sum + length, 0);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let [events, bytes] = [0, 0];
  let last: Position | undefined;
  for (const batch of batches) {
    const length = Math.min(batch.length, limit - events);
    for (let at = 0; at < length && bytes < enoughBytes; ) {
      const rows = batch.rows.subarray(at, length);
      const lines = batch.logSlice.lines(rows, maxBytes - bytes, packing);
      pieces.push(lines.bytes);
      bytes += lines.bytes.length;
      events += lines.rows;
      at += lines.rows;
      last = batch.positionAt(at - 1);
      yield;
    }
  }
  return last && { events, bytes: joinAndRelease(pieces), last, more: events < selected };
}

/** Plain lines and the exact total of the list. */
export function* countedLines(
  slices: readonly LogSlice[],
  query: LinesQuery,
  answers: FilterAnswers,
): PausableWork<CountedLines> {
  const { filter, skip = 0, after, snapshot: to = Number.POSITIVE_INFINITY } = query;
  const lines = yield* listLines(slices, query, 'plain', answers);
  // A list that ends on its first page is counted already.
  if (lines?.more === false && skip === 0 && after === undefined) {
    return { lines, total: lines.events };
  }
  return { lines, total: yield* count(slices, filter, { from: 0, to }, answers) };
}

/** The pieces as one. Their own memory is released. */
function joinAndRelease(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  const bytes = joinBytes(pieces);
  for (const piece of pieces) releaseBuffer(piece);
  return bytes;
}
