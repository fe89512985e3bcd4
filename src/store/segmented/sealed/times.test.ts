import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { earliest, latest } from '../../../core/micros.ts';
import { decodeTimes, encodeTimes } from './times.ts';

describe('a column of times', () => {
  it('is the same after encoding and decoding, whatever the times', () => {
    const time = fc.oneof(
      fc.integer({ min: earliest, max: latest }),
      fc.integer({ min: 1_781_942_400_000_000, max: 1_781_942_400_000_100 }),
      fc.constantFrom(0, earliest, latest),
    );
    fc.assert(
      fc.property(fc.array(time, { maxLength: 40 }), (times) => {
        const column = Float64Array.from(times);
        assert.deepEqual(decodeTimes(encodeTimes(column), times.length), column);
      }),
    );
  });

  it('takes few distinct bytes when times are close together', () => {
    const column = Float64Array.from({ length: 1_000 }, (_, row) => 1_781_942_400_000_000 + row);
    assert.deepEqual(new Set(encodeTimes(column).subarray(1, 1_000)), new Set([2]));
  });
});
