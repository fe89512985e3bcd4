import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from './canonical.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 100);

describe('canonical JSON', () => {
  it('writes the sample of RFC 8785, 3.2.2, as the bytes of 3.2.4', () => {
    const sample = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`);
    const bytes = `
      7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72
      75 65 2c 66 61 6c 73 65 5d 2c 22 6e 75 6d 62 65 72 73 22 3a
      5b 33 33 33 33 33 33 33 33 33 2e 33 33 33 33 33 33 33 2c 31
      65 2b 33 30 2c 34 2e 35 2c 30 2e 30 30 32 2c 31 65 2d 32 37
      5d 2c 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30
      30 66 5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d`;
    assert.equal(Buffer.from(canonicalJson(sample)).toString('hex'), bytes.replaceAll(/\s/g, ''));
  });

  it('sorts keys by UTF-16 code units, as in RFC 8785, 3.2.3', () => {
    const sample = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    assert.equal(
      canonicalJson(sample),
      String.raw`{"\r":"Carriage Return","1":"One",` +
        '"\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign",' +
        '"\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  /** RFC 8785, appendix B: IEEE 754 bits and their canonical text. */
  const numbers: [bits: string, text: string][] = [
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ];
  it('writes the numbers of RFC 8785, appendix B', () => {
    for (const [bits, text] of numbers) {
      assert.equal(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE()), text, bits);
    }
  });

  it('writes any JSON value as the RFC defines, whatever the order of its keys', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }), (value) => {
        const text = canonicalJson(value);
        assert.equal(text, defined(value));
        assert.equal(canonicalJson(reversed(value)), text);
        assert.equal(canonicalJson(JSON.parse(text)), text);
      }),
      { numRuns },
    );
  });

  it('sorts many keys as well as few', () => {
    const keys = Array.from({ length: 1000 }, (_, at) => `${(at * 7919) % 1000}x`);
    const object = Object.fromEntries(keys.map((key) => [key, 0]));
    assert.deepEqual(Object.keys(JSON.parse(canonicalJson(object))), keys.toSorted());
  });

  it('keeps a key named __proto__', () => {
    const object = JSON.parse('{"b":1,"__proto__":{"a":2}}');
    assert.equal(canonicalJson(object), '{"__proto__":{"a":2},"b":1}');
  });

  it('sorts keys whatever objects with the same number of keys were written before, few or many, short or long', () => {
    for (const count of [1, 3, 63, 64, 65, 200]) {
      for (let other = 0; other < 20; other += 1) {
        const entries = Array.from({ length: count }, (_, n): [string, number] => [
          `${(n * 7_919 + other) % 1_009}${'k'.repeat(other * 10)}`,
          n,
        ]);
        const object = Object.fromEntries(entries);
        assert.equal(canonicalJson(object), defined(object));
        assert.equal(canonicalJson(reversed(object)), defined(object));
      }
    }
  });

  const refused: [what: string, value: unknown][] = [
    ['NaN', { a: Number.NaN }],
    ['an infinite number', [Number.POSITIVE_INFINITY]],
    ['an undefined member', { a: undefined }],
    ['a hole in an array', new Array(1)],
    ['a function', { a: () => 1 }],
    ['a symbol', Symbol('a')],
    ['a bigint', 1n],
    ['a Date', { a: new Date(0) }],
    ['a Map', new Map([['a', 1]])],
    ['half of a surrogate pair', 'a\ud800b'],
    ['half of a surrogate pair as the second half', ['\udc00']],
    ['half of a surrogate pair in a key', { '\ud83d': 1 }],
  ];
  for (const [what, value] of refused) {
    it(`rejects ${what}`, () => {
      assert.throws(() => canonicalJson(value), { name: 'AnnalsError', code: 'invalid' });
    });
  }
});

/** RFC 8785, 3.2, word by word. */
function defined(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(defined).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${defined(Reflect.get(value, key))}`);
  return `{${members.join(',')}}`;
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}
