import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AnnalsError } from '../errors.ts';
import { formatPath, parseJson } from './parse-json.ts';

const problemsOf = (text: string) =>
  parseJson(text).problems.map(({ path, message }) => `${formatPath(path)} ${message}`);

describe('parseJson', () => {
  it('finds numbers that are too near to zero for their digits', () => {
    for (const number of ['1e-400', '4e-324', '1.7e-323', '-1E-999']) {
      assert.match(problemsOf(`[${number}]`)[0] ?? '', /would lose digits/, number);
    }
    for (const number of ['0', '-0', '0.0', '0e5', '5e-324', '1e-307']) {
      assert.deepEqual(problemsOf(`[${number}]`), [], number);
    }
  });

  it('agrees with JSON.parse on all that JSON.stringify writes', () => {
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

  it('rejects exactly what JSON.parse rejects', () => {
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
        let isInvalid = false;
        try {
          native = JSON.parse(text);
        } catch {
          isInvalid = true;
        }
        if (isInvalid) assert.throws(() => parseJson(text), AnnalsError);
        else assert.deepEqual(parseJson(text).value, native);
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds a duplicate key, however it is spelled', () => {
    assert.deepEqual(problemsOf('{"a":{"b":1,"\\u0062":2}}'), [
      'a.b is a duplicate key of its object',
    ]);
    assert.deepEqual(problemsOf('{"__proto__":1,"__proto__":2}'), [
      '__proto__ is a duplicate key of its object',
    ]);
  });

  it('keeps a key named __proto__ as a key', () => {
    const { value } = parseJson('{"__proto__":{"admin":true}}');
    assert.deepEqual(Object.keys(value as object), ['__proto__']);
    assert.equal((value as { admin?: boolean }).admin, undefined);
  });

  it('finds half a surrogate pair and accepts whole ones', () => {
    assert.deepEqual(problemsOf('["\\ud83d","\\ud83d\\ude00","😀"]'), [
      '[0] has half of a surrogate pair',
    ]);
  });

  it('finds numbers that a double cannot hold and accepts every spelling of those it can', () => {
    assert.equal(problemsOf('[9007199254740993]').length, 1);
    assert.equal(problemsOf('[0.1000000000000000055]').length, 1);
    assert.equal(problemsOf('[1e999]').length, 1);
    assert.equal(problemsOf('[123456789012345680000]').length, 0);
    assert.deepEqual(problemsOf('[9007199254740992, 1.50000000000000000, 1.0E+2, -0, 0.1]'), []);
    for (const number of [
      '12.5000000000000000',
      '123456789012345680000.0',
      '1234567890123456e5',
      '1.500000000000000E+2',
      '15000000000000000e-14',
      '1.500000000000000e12',
      '-1.50000000000000000e-300',
      '1.000000000000000e-3',
      '1050.000000000000000',
      '0.0000000000000000e7',
    ]) {
      assert.deepEqual(problemsOf(`[${number}]`), [], number);
    }
    for (const number of [
      '12.50000000000000001',
      '1234567890123456789e5',
      '1.0000000000000000001e-3',
      '1050.00000000000000001',
    ]) {
      assert.equal(problemsOf(`[${number}]`).length, 1, number);
    }
  });

  it('throws at the first value that is too many, and reads nothing behind it', () => {
    for (const text of ['[1,2]', '{"a":1,"b":[]}']) {
      assert.deepEqual(parseJson(text, { maxValues: 3 }).problems, []);
      assert.throws(() => parseJson(text.replace(/.$/, ',{ no JSON'), { maxValues: 2 }), {
        code: 'invalid',
        message: /has more than 2 values/,
      });
    }
  });

  it('finds nesting that is too deep, and throws at an attack', () => {
    assert.deepEqual(parseJson('[[[1]]]', { maxDepth: 2 }).problems, [
      { path: [0, 0], message: 'is nested deeper than 2 levels' },
    ]);
    assert.throws(() => parseJson('['.repeat(1_000_000)), {
      code: 'invalid',
      message: /far deeper than 32 levels/,
    });
  });

  it('collects at most 20 problems', () => {
    assert.equal(parseJson(`[${Array(50).fill('1e999').join(',')}]`).problems.length, 20);
  });

  it('says where the text is wrong', () => {
    for (const [text, problem] of [
      ['{"a":1,}', 'another member at character 7, found "}"'],
      ['{"a":', 'a value at character 5, found the end'],
      ['{} {}', 'the end at character 3, found "{"'],
      ['[tru]', 'a value at character 1, found "t"'],
      ['{1}', 'a key in quotes at character 1, found "1"'],
      ['{"a"1}', 'a colon at character 4, found "1"'],
      ['[1 2]', 'a comma or ] at character 3, found "2"'],
      ['{"a":1]', 'a comma or } at character 6, found "]"'],
      ['"ab', 'the end of a string at character 3, found the end'],
      ['"a\nb"', 'the end of a string at character 2, found "\\n"'],
      ['"\\n', 'the end of a string at character 3, found the end'],
      ['"\\n\u0001"', 'the end of a string at character 3, found "\\u0001"'],
      ['"\\', 'the end of a string at character 3, found the end'],
      ['"a\\x"', 'a valid escape at character 2, found "\\\\"'],
    ] as const) {
      const message = `Cannot read the JSON: expected ${problem}`;
      assert.throws(() => parseJson(text), { code: 'invalid', message });
    }
  });
});
