import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { NameTable } from './name-table.ts';

it('a name table finds each of its names, and no other', () => {
  const name = fc.string({ maxLength: 6, unit: fc.constantFrom('a', 'b', 'c', 'é') });
  fc.assert(
    fc.property(fc.uniqueArray(name), fc.array(name), (names, others) => {
      const table = new NameTable(names);
      for (const text of [...names, ...others]) {
        const bytes = Buffer.from(`--${text}--`);
        assert.equal(table.find(bytes, 2, bytes.length - 2), names.indexOf(text), text);
      }
    }),
  );
});
