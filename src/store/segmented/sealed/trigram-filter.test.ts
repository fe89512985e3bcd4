import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { mayContain, trigramFilterOf } from './trigram-filter.ts';

describe('a trigram filter', () => {
  it('never rules out what a text contains', () => {
    const around = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(around, fc.string({ unit: 'grapheme' }), around, (before, text, after) => {
        const filter = trigramFilterOf(Buffer.from(before + text + after));
        assert.ok(mayContain(filter, Buffer.from(text)));
      }),
    );
  });

  it('rules out a word that is nowhere', () => {
    const filter = trigramFilterOf(Buffer.from('user u1 asked kms to rotate the key'));
    assert.equal(mayContain(filter, Buffer.from('zebrafish')), false);
    assert.equal(mayContain(filter, Buffer.from('ze')), true);
  });
});
