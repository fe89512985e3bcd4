import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { mostFrequent } from './most-frequent.ts';

it('the most frequent values are those at the beginning of all of them', () => {
  const counts = fc
    .array(fc.integer({ min: 1, max: 5 }), { maxLength: 600, size: 'max' })
    .map((list) => new Map(list.map((count, n) => [`v${(n * 389) % 600}`, count])));
  fc.assert(
    fc.property(counts, fc.integer({ min: 1, max: 40 }), (all, limit) => {
      const sorted = [...all]
        .map(([value, count]) => ({ value, count }))
        .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
      assert.deepEqual(mostFrequent(all, limit), sorted.slice(0, limit));
      assert.deepEqual(mostFrequent(all), sorted);
    }),
  );
});
