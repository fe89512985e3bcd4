import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { blockRows } from './footer-index.ts';
import { type LeadingRows, leadingRows } from './whole-blocks.ts';

const rowsFrom = (first: number, count: number) =>
  Uint32Array.from({ length: count }, (_, n) => first + n);

/** All pieces of these rows. */
function pieces(rows: Uint32Array, segmentRows: number): LeadingRows[] {
  const found: LeadingRows[] = [];
  for (let at = 0; at < rows.length; at += found.at(-1)!.rows) {
    found.push(leadingRows(rows.subarray(at), segmentRows));
  }
  return found;
}

describe('whole blocks among the rows of a page', () => {
  it('are found between rows of other blocks', () => {
    const rows = rowsFrom(blockRows - 3, 10 * blockRows + 5);
    assert.deepEqual(pieces(rows, 100 * blockRows), [
      { rows: 3, isWhole: false },
      { rows: 10 * blockRows, isWhole: true },
      { rows: 2, isWhole: false },
    ]);
  });

  it('may end with the last block of a segment, which is shorter', () => {
    const rows = rowsFrom(0, 8 * blockRows + 7);
    assert.deepEqual(pieces(rows, rows.length), [{ rows: rows.length, isWhole: true }]);
  });

  it('are not a piece of their own when they are few', () => {
    const rows = rowsFrom(0, 3 * blockRows);
    assert.deepEqual(pieces(rows, 100 * blockRows), [{ rows: rows.length, isWhole: false }]);
  });

  it('have all rows in their order', () => {
    const some = fc.uniqueArray(fc.nat({ max: 20 * blockRows - 1 }), { maxLength: 12 });
    fc.assert(
      fc.property(some, fc.boolean(), (missing, backwards) => {
        const ascending = rowsFrom(0, 20 * blockRows).filter((row) => !missing.includes(row));
        const rows = backwards ? ascending.reverse() : ascending;
        let at = 0;
        for (const piece of pieces(rows, 20 * blockRows)) {
          const taken = rows.subarray(at, at + piece.rows);
          at += piece.rows;
          if (!piece.isWhole) continue;
          for (let block = 0; block < taken.length; block += blockRows) {
            assert.equal(taken[block]! % blockRows, 0);
            assert.deepEqual(taken.subarray(block, block + blockRows), rowsFrom(taken[block]!, 32));
          }
        }
        assert.equal(at, rows.length);
      }),
    );
  });
});
