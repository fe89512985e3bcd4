import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { splitList } from '../../../src/core/value-list.ts';
import { parameterValue, shownValue } from './filters.ts';

it('the parameter of a filter stands for one value, whatever commas are in it', () => {
  const value = fc.string({ unit: fc.constantFrom('a', ',', '\\', '.', 'é') });
  fc.assert(
    fc.property(value, (text) => {
      const parameter = parameterValue('action', text);
      // The server's own reading.
      assert.deepEqual(splitList(parameter), [text]);
      assert.equal(shownValue('action', parameter), text);
      assert.equal(parameterValue('userIdentity', text), text);
    }),
  );
});
