import type { Filter } from '../../../core/filter.ts';
import type { Lines, Range } from '../../event-store.ts';
import type { Stretch } from './segment.ts';
import { rowsOf, selections } from './selections.ts';
import type { Slices } from './slices.ts';

const enoughBytes = 1024 * 1024;
/** Rows taken at a time, between two looks at how much there is. */
const rowsTogether = 256;

/** The first matching events of a stretch of sequences as lines, about a megabyte; undefined when there are none. */
export function* linesPage(
  stretches: readonly Stretch[],
  range: Range,
  filter: Filter,
): Slices<Lines | undefined> {
  const pieces: Buffer[] = [];
  let [events, length, next] = [0, 0, range.from];
  for (const selection of selections(stretches, filter, range)) {
    const { part, stretch } = selection;
    const rows = rowsOf(selection);
    const sequences = part.sequences();
    for (let at = 0; at < rows.length && length < enoughBytes; at += rowsTogether) {
      const some = rows.slice(at, at + rowsTogether);
      for (const piece of stretch.lines(some)) {
        pieces.push(piece);
        length += piece.length;
      }
      events += some.length;
      next = sequences[some.at(-1)! - part.firstRow]! + 1;
    }
    if (length >= enoughBytes) break;
    yield;
  }
  return events === 0 ? undefined : { events, bytes: joined(pieces, length), next };
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
