import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { parseSearch, stringifySearch, withValues } from './search.ts';

const search = fc.dictionary(
  fc.string({ minLength: 1, unit: 'grapheme' }),
  fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 3 }),
  { maxKeys: 5, noNullPrototype: false },
);

it('reads what it writes, whatever the names and values are', () => {
  fc.assert(
    fc.property(search, (wanted) => {
      const read = parseSearch(stringifySearch(wanted));
      assert.deepEqual(Object.entries(read), Object.entries(wanted));
    }),
  );
});

it('keeps text as text', () => {
  for (const value of ['662E41', '12345678901234567890', 'null', 'true', '"a"', '[1]', ' a b ']) {
    assert.deepEqual(parseSearch(stringifySearch({ traceId: [value] })), {
      __proto__: null,
      traceId: [value],
    });
  }
});

it('sets and takes away values, and touches no others', () => {
  const before = { action: ['a', 'b'], from: ['x'] };
  assert.deepEqual(
    Object.entries(withValues(before, { action: ['b'], from: undefined, to: 'y' })),
    [
      ['action', ['b']],
      ['to', ['y']],
    ],
  );
  assert.equal(stringifySearch(withValues(before, { action: [], from: [] })), '');
  assert.deepEqual(before, { action: ['a', 'b'], from: ['x'] });
});
