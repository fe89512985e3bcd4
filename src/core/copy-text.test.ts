import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { copyText } from './copy-text.ts';

it('a copied text is equal, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(), (text, cut) => {
      // Also where a pair of surrogates was cut in two.
      const part = text.slice(cut % (text.length + 1));
      assert.equal(copyText(part), part);
    }),
  );
});
