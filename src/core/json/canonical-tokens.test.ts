import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  canonicalEscapeLength,
  endOfNumber,
  isCanonicalNumber,
  isNumberByte,
} from './canonical-tokens.ts';

describe('an escape', () => {
  it('has its length exactly if JSON.stringify writes it', () => {
    const control = Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code));
    for (const character of [...control, '"', '\\']) {
      const literal = JSON.stringify(character).slice(1, -1);
      assert.equal(canonicalEscapeLength(Buffer.from(`x${literal}7`), 1), literal.length, literal);
    }
  });

  it('has no length if it is spelled otherwise', () => {
    const others = ['\\/', '\\x', '\\', '\\u000A', '\\u0009', '\\u0008', '\\u001F'];
    for (const literal of [...others, '\\u0041', '\\u0020', '\\u00', '\\ud83d', '\\U0001']) {
      assert.equal(canonicalEscapeLength(Buffer.from(literal), 0), 0, literal);
    }
  });
});

describe('a number', () => {
  it('ends at the first character that no number has, and where it is told to', () => {
    assert.equal(endOfNumber(Buffer.from('[-1.5e+7,2]'), 1, 11), 8);
    assert.equal(endOfNumber(Buffer.from('123456'), 0, 3), 3);
    assert.equal(endOfNumber(Buffer.from('x'), 0, 1), 0);
  });

  it('has these characters and no others', () => {
    const found = Array.from({ length: 256 }, (_, byte) => byte).filter(isNumberByte);
    assert.equal(Buffer.from(found).toString(), '+-.0123456789e');
  });

  it('is canonical exactly if ECMAScript writes it so', () => {
    const literals = fc.oneof(
      fc.double().map((value) => `${value}`),
      fc.maxSafeInteger().map((value) => `${value}`),
      fc.stringMatching(/^-?\d{1,20}(\.\d{1,3})?(e[+-]?\d{1,2})?$/),
    );
    fc.assert(
      fc.property(literals, (literal) => {
        const bytes = Buffer.from(`[${literal}]`);
        const expected = `${Number(literal)}` === literal;
        assert.equal(isCanonicalNumber(bytes, 1, bytes.length - 1), expected, literal);
      }),
      { numRuns: 1_000 },
    );
    for (const literal of ['0', '00', '01', '-0', '10', '123456789012345', '1234567890123456']) {
      const bytes = Buffer.from(literal);
      assert.equal(isCanonicalNumber(bytes, 0, bytes.length), `${Number(literal)}` === literal);
    }
  });
});
