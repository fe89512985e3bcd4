import { blockRows } from './footer-index.ts';

/** Fewer whole blocks are not worth a piece of their own, beside the rows around them. */
const enoughRows = 8 * blockRows;

/** The first rows of a list of rows. */
export interface LeadingRows {
  readonly rows: number;
  /** Whether they are whole blocks, whose frames can be given out as they are. */
  readonly isWhole: boolean;
}

/** The first piece of these rows of a segment, of which there is at least one. */
export function leadingRows(rows: Uint32Array, segmentRows: number): LeadingRows {
  for (let at = 0; at < rows.length; ) {
    const whole = wholeRows(rows, at, segmentRows);
    if (whole >= enoughRows) return at === 0 ? { rows: whole, isWhole: true } : partialBlocks(at);
    at += whole === 0 ? adjacentInBlock(rows, at) : whole;
  }
  return partialBlocks(rows.length);
}

const partialBlocks = (rows: number): LeadingRows => ({ rows, isWhole: false });

/** How many rows, from index `from` on, are whole blocks. */
function wholeRows(rows: Uint32Array, from: number, segmentRows: number): number {
  let at = from;
  while (at < rows.length) {
    const first = rows[at]!;
    const size = Math.min(blockRows, segmentRows - first);
    if (first % blockRows !== 0 || adjacentInBlock(rows, at) < size) break;
    at += size;
  }
  return at - from;
}

/** How many rows, from index `at` on, follow each other within one block. */
export function adjacentInBlock(rows: Uint32Array, at: number): number {
  const first = rows[at]!;
  const most = blockRows - (first % blockRows);
  let count = 1;
  while (count < most && rows[at + count] === first + count) count += 1;
  return count;
}
