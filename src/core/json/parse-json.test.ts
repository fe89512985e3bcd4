import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AnnalsError } from '../errors.ts';
import { decodeUtf8, formatPath, parseJson } from './parse-json.ts';

const problemsOf = (text: string) =>
  parseJson(text).problems.map(({ path, message }) => `${formatPath(path)} ${message}`);

describe('parseJson', () => {
  it('names numbers too near to zero for the digits they have', () => {
    for (const number of ['1e-400', '4e-324', '1.7e-323', '-1E-999']) {
      assert.match(problemsOf(`[${number}]`)[0] ?? '', /would lose digits/, number);
    }
    for (const number of ['0', '-0', '0.0', '0e5', '5e-324', '1e-307']) {
      assert.deepEqual(problemsOf(`[${number}]`), [], number);
    }
  });

  it('agrees with JSON.parse on whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 2), (value, space) => {
        const text = JSON.stringify(value, null, space);
        const parsed = parseJson(text);
        // A value may hold a lone surrogate, which is just what is reported.
        if (parsed.problems.length === 0) assert.deepEqual(parsed.value, JSON.parse(text));
        else assert.match(text, /\\ud[89a-f]/i);
      }),
    );
  });

  it('refuses exactly what JSON.parse refuses', () => {
    const pieces = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        ':',
        ',',
        '1',
        '-',
        '.',
        'e',
        'true',
        'null',
        ' ',
        '\\',
        'u00e9',
        '\n',
        '0',
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('');
        let native: unknown;
        let refused = false;
        try {
          native = JSON.parse(text);
        } catch {
          refused = true;
        }
        if (refused) assert.throws(() => parseJson(text), AnnalsError);
        else assert.deepEqual(parseJson(text).value, native);
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds a key that stands twice, however it is spelt', () => {
    assert.deepEqual(problemsOf('{"a":{"b":1,"\\u0062":2}}'), ['a.b stands twice in its object']);
    assert.deepEqual(problemsOf('{"__proto__":1,"__proto__":2}'), [
      '__proto__ stands twice in its object',
    ]);
  });

  it('keeps a key named __proto__ as a key', () => {
    const { value } = parseJson('{"__proto__":{"admin":true}}');
    assert.deepEqual(Object.keys(value as object), ['__proto__']);
    assert.equal((value as { admin?: boolean }).admin, undefined);
  });

  it('finds half a surrogate pair and lets whole ones be', () => {
    assert.deepEqual(problemsOf('["\\ud83d","\\ud83d\\ude00","😀"]'), [
      '[0] holds half of a surrogate pair',
    ]);
  });

  it('finds numbers a double cannot hold and takes every spelling of those it can', () => {
    assert.equal(problemsOf('[9007199254740993]').length, 1);
    assert.equal(problemsOf('[0.1000000000000000055]').length, 1);
    assert.equal(problemsOf('[1e999]').length, 1);
    assert.equal(problemsOf('[123456789012345680000]').length, 0);
    assert.deepEqual(problemsOf('[9007199254740992, 1.50000000000000000, 1.0E+2, -0, 0.1]'), []);
  });

  it('says so when text is nested too deep, and gives up where it is hostile', () => {
    assert.deepEqual(parseJson('[[[1]]]', 2).problems, [
      { path: [0, 0], message: 'is nested deeper than 2 levels' },
    ]);
    assert.throws(() => parseJson('['.repeat(1_000_000)), /far deeper than 32 levels/);
  });

  it('collects at most 20 problems', () => {
    assert.equal(parseJson(`[${Array(50).fill('1e999').join(',')}]`).problems.length, 20);
  });

  it('says where the text goes wrong', () => {
    assert.throws(() => parseJson('{"a":1,}'), /"}" stands at character 7, not another member/);
    assert.throws(() => parseJson('{"a":'), /the text ends at character 5, not a value/);
    assert.throws(() => parseJson('{} {}'), /not the end/);
  });
});

describe('decodeUtf8', () => {
  it('refuses bytes that are not UTF-8 instead of replacing them', () => {
    assert.throws(() => decodeUtf8(Uint8Array.of(0x22, 0xff, 0x22)), /not valid UTF-8/);
    assert.throws(() => decodeUtf8(Uint8Array.of(0xed, 0xa0, 0x80)), /not valid UTF-8/);
  });
});
