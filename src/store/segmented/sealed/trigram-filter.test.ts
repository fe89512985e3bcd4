import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { mayContain, trigramFilterOf } from './trigram-filter.ts';

describe('the triples of bytes in a text', () => {
  it('never rule out what it contains', () => {
    const around = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(around, fc.string({ unit: 'grapheme' }), around, (before, wanted, after) => {
        const grams = trigramFilterOf(Buffer.from(before + wanted + after));
        assert.ok(mayContain(grams, Buffer.from(wanted)));
      }),
    );
  });

  it('rule out a word that stands nowhere', () => {
    const grams = trigramFilterOf(Buffer.from('user u1 asked kms to rotate the key'));
    assert.equal(mayContain(grams, Buffer.from('zebrafish')), false);
    assert.equal(mayContain(grams, Buffer.from('ze')), true);
  });
});
