import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { listValue, splitList } from './value-list.ts';

describe('a comma-joined list', () => {
  for (const [text, values] of [
    ['', ['']],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [' a , b,', ['a', 'b', '']],
    [String.raw`a\,b`, ['a,b']],
    [String.raw`a\\,b`, ['a\\', 'b']],
    [String.raw`a\\\,b,c`, [String.raw`a\,b`, 'c']],
    [String.raw`App\User,C:\\x`, [String.raw`App\User`, String.raw`C:\\x`]],
    ['a\\', ['a\\']],
  ] as const) {
    it(`${JSON.stringify(text)} has ${JSON.stringify(values)}`, () =>
      assert.deepEqual(splitList(text), values));
  }

  it('can have any value', () => {
    const value = fc.string({ unit: fc.constantFrom('a', ',', '\\', 'é', ' ') });
    fc.assert(
      fc.property(value, (one) => assert.deepEqual(splitList(listValue(one)), [one.trim()])),
    );
  });
});
