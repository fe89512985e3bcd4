import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { RowIds } from './row-ids.ts';

it('ids of rows are visited in the order of their hashes, however these are spread', () => {
  const word = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 0xffffffff }));
  fc.assert(
    fc.property(fc.array(fc.record({ high: word, low: word })), (hashes) => {
      const ids = new RowIds(hashes.length + 1);
      for (const [row, hash] of hashes.entries()) ids.add(hash, row);
      const visited: { high: number; low: number; row: number }[] = [];
      ids.forEachInOrder((high, low, row) => visited.push({ high, low, row }));
      const expected = hashes
        .map((hash, row) => ({ ...hash, row }))
        .sort((a, b) => a.high - b.high || a.low - b.low);
      assert.deepEqual(visited, expected);
    }),
  );
});
