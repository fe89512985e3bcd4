import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { differences } from './changes.ts';

it('names each value that was added, removed or changed, by its place', () => {
  const before = { name: 'a', rules: [{ effect: 'allow' }, { effect: 'deny' }], old: 1 };
  const after = { name: 'b', rules: [{ effect: 'allow' }, { effect: 'allow' }, {}], new: null };
  assert.deepEqual(
    differences(before, after).map(({ path, kind }) => [path, kind]),
    [
      ['name', 'changed'],
      ['rules[1].effect', 'changed'],
      ['rules[2]', 'added'],
      ['old', 'removed'],
      ['new', 'added'],
    ],
  );
  assert.deepEqual(differences(undefined, 1), [
    { path: '', before: undefined, after: 1, kind: 'added' },
  ]);
});

it('finds none between equal values, and some between others', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      assert.deepEqual(differences(one, structuredClone(one)), []);
      const same = JSON.stringify(one) === JSON.stringify(other);
      if (!same && JSON.stringify(one).length !== JSON.stringify(other).length) {
        assert.notEqual(differences(one, other).length, 0);
      }
    }),
  );
});
