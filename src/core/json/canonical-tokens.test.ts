import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  canonicalEscapeLength,
  endOfNumber,
  escapeLength,
  isNumberByte,
  numberSpelling,
} from './canonical-tokens.ts';
import { parseJson } from './parse-json.ts';

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

  it('is one exactly if JSON.parse takes it, and it is no half of a surrogate pair', () => {
    const unit = fc.constantFrom(...'0123456789abcdefABCDEFdDu\\"/bnrtx');
    const literals = fc.oneof(
      fc.array(unit, { minLength: 5, maxLength: 12 }).map((units) => `\\u${units.join('')}`),
      fc
        .tuple(fc.nat(0xffff), fc.nat(0xffff))
        .map(([one, other]) =>
          [one, other].map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join(''),
        ),
      fc.constantFrom(
        '\\ud83d\\ude00',
        '\\uD83D\\uDE00',
        '\\ud83d\\u0041',
        '\\ude00',
        '\\/',
        '\\x',
        '\\',
      ),
    );
    fc.assert(
      fc.property(literals, (literal) => {
        const length = escapeLength(Buffer.from(literal), 0);
        const whole = (cut: number) => {
          try {
            return JSON.parse(`"${literal.slice(0, cut)}"`) as string;
          } catch {
            return undefined;
          }
        };
        const expected = [2, 6, 12].find((cut) => {
          const text = cut <= literal.length ? whole(cut) : undefined;
          return text !== undefined && [...text].length === 1 && text.isWellFormed();
        });
        assert.equal(length, expected ?? 0, literal);
      }),
      { numRuns: 2_000 },
    );
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
    assert.equal(Buffer.from(found).toString(), '+-.0123456789Ee');
  });

  const spellingOf = (literal: string) => {
    if (`${Number(literal)}` === literal) return 'canonical';
    try {
      return parseJson(literal).problems.length === 0 ? 'other' : undefined;
    } catch {
      return undefined;
    }
  };

  it('is canonical exactly if ECMAScript writes it so, and taken exactly if nothing of it is lost', () => {
    const literals = fc.oneof(
      fc.double().map((value) => `${value}`),
      fc.maxSafeInteger().map((value) => `${value}`),
      fc.stringMatching(/^-?\d{1,20}(\.\d{1,3})?([eE][+-]?\d{1,3})?$/),
    );
    fc.assert(
      fc.property(literals, (literal) => {
        const bytes = Buffer.from(`[${literal}]`);
        assert.equal(numberSpelling(bytes, 1, bytes.length - 1), spellingOf(literal), literal);
      }),
      { numRuns: 1_000 },
    );
    for (const literal of ['0', '00', '01', '-0', '10', '123456789012345', '1234567890123456']) {
      const bytes = Buffer.from(literal);
      assert.equal(numberSpelling(bytes, 0, bytes.length), spellingOf(literal), literal);
    }
  });
});
