import { blockRows } from './footer-index.ts';

/** Fewer whole blocks than this are not worth being handed on apart from what stands around them. */
const enoughRows = 8 * blockRows;

/** Rows at the beginning of some, either all of whole blocks in their order, or such that are not worth it. */
export interface LeadingRows {
  readonly rows: number;
  readonly isWhole: boolean;
}

/** The first piece of these rows of a segment. At least one row is asked for. */
export function leadingRows(rows: Uint32Array, segmentRows: number): LeadingRows {
  for (let at = 0; at < rows.length; ) {
    const whole = wholeRows(rows, at, segmentRows);
    if (whole >= enoughRows) return at === 0 ? { rows: whole, isWhole: true } : partialBlocks(at);
    at += whole === 0 ? adjacentInBlock(rows, at) : whole;
  }
  return partialBlocks(rows.length);
}

const partialBlocks = (rows: number): LeadingRows => ({ rows, isWhole: false });

/** How many rows from this one on make up whole blocks. */
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

/** How many rows from this one on follow each other within one block. */
export function adjacentInBlock(rows: Uint32Array, at: number): number {
  const first = rows[at]!;
  const most = blockRows - (first % blockRows);
  let count = 1;
  while (count < most && rows[at + count] === first + count) count += 1;
  return count;
}
