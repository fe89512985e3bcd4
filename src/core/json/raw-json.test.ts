import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../../integrity/canonical.ts';
import { type Json, parseJson } from './parse-json.ts';
import { none, RawJson } from './raw-json.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 200);

/** What was read, as a value: members by the tape, scalars by their bytes. */
function valueAt(json: RawJson, value: number): Json {
  if (json.isString(value)) return json.textOf(value);
  if (json.isNumber(value)) return json.numberOf(value);
  const inner: number[] = [];
  for (let at = json.first(value); at !== none; at = json.next(at)) inner.push(at);
  if (json.isArray(value)) return inner.map((element) => valueAt(json, element));
  if (!json.isObject(value)) {
    const literal = textAt(json, json.start(value), json.end(value));
    assert.match(literal, /^(true|false|null)$/);
    return JSON.parse(literal);
  }
  return Object.fromEntries(
    inner.map((member) => [
      JSON.parse(textAt(json, json.keyStart(member) - 1, json.keyEnd(member) + 1)),
      valueAt(json, member),
    ]),
  );
}

const textAt = (json: RawJson, start: number, end: number) =>
  json.bytes.toString('utf8', start, end);

function read(text: string, maxDepth?: number): Json | 'cannot' {
  const bytes = Buffer.from(text);
  const json = new RawJson(bytes, 1, maxDepth);
  const value = json.read(0, bytes.length);
  return value === none ? 'cannot' : valueAt(json, value);
}

const text = fc.string({ unit: 'binary' });
const value = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, false, '', 0, -1, 1e21, 1e-7, 5e-324, 123456789012345680),
    text,
    fc.double({ noDefaultInfinity: true, noNaN: true }),
    fc.integer(),
    fc.array(tie('any'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(fc.string({ maxLength: 3 }), text), tie('any'), { maxKeys: 8 }),
  ) as fc.Arbitrary<Json>,
})).any;

/** Some spelling of a value, white space and order of keys included; often a canonical one of each token. */
const spelled = fc
  .tuple(value, fc.constantFrom('', ' ', '\n', '\t \r'), fc.boolean(), fc.boolean())
  .map(([some, space, escapes, reversed]) => {
    const plain = JSON.stringify(reversed ? backwards(some) : some, null, space === '' ? 0 : 1);
    const spaced = plain.replaceAll('\n', `${space}\n`);
    return escapes ? spaced.replaceAll('é', '\\u00e9').replaceAll('/', '\\/') : spaced;
  });

function backwards(some: Json): Json {
  if (some === null || typeof some !== 'object' || Array.isArray(some)) return some;
  return Object.fromEntries(Object.entries(some).reverse());
}

describe('JSON left in its bytes', () => {
  it('is what parseJson reads, whenever it can be read', () => {
    let readable = 0;
    fc.assert(
      fc.property(spelled, (spelling) => {
        const found = read(spelling);
        if (found === 'cannot') return;
        readable += 1;
        const { value: expected, problems } = parseJson(spelling);
        assert.deepEqual(problems, []);
        assert.deepEqual(found, expected);
      }),
      { numRuns },
    );
    assert.ok(readable > numRuns / 2, `${readable} of ${numRuns} were readable`);
  });

  it('is read, and marked as canonical wherever it is canonical', () => {
    fc.assert(
      fc.property(value, (some) => {
        const bytes = Buffer.from(canonicalJson(some));
        const json = new RawJson(bytes, 1);
        const found = json.read(0, bytes.length);
        assert.notEqual(found, none);
        assert.ok(json.isCanonical(found));
        assert.deepEqual(valueAt(json, found), JSON.parse(bytes.toString()));
      }),
      { numRuns },
    );
  });

  it('has its members in canonical order', () => {
    const bytes = Buffer.from('{"b":1,"a":{"z":[],"y":2},"\u{10000}":3,"\uffff":4,"aa":5}');
    const json = new RawJson(bytes);
    const object = json.read(0, bytes.length);
    assert.deepEqual(Object.keys(valueAt(json, object) as object), [
      'a',
      'aa',
      'b',
      '\u{10000}',
      '\uffff',
    ]);
    assert.ok(!json.isCanonical(object));
    assert.ok(!json.isCanonical(json.member(object, Buffer.from('a'))));
    assert.ok(json.isCanonical(json.member(object, Buffer.from('b'))));
    assert.equal(json.member(object, Buffer.from('c')), none);
  });

  it('has white space anywhere, and small values and unsorted keys up to a limit', () => {
    const spaced = '\n{\t"a"\r:\n[ 1 ,\t"x" ] , "b" : { } ,"c": [\r\n] }\t';
    assert.deepEqual(read(spaced), { a: [1, 'x'], b: {}, c: [] });
    const zeros = Array(1_000).fill(0);
    assert.deepEqual(read(JSON.stringify(zeros)), zeros);
    const texts = Buffer.from(JSON.stringify(Array(1_000).fill('abcd')));
    const json = new RawJson(texts);
    assert.equal((valueAt(json, json.read(0, texts.length)) as Json[]).length, 1_000);
    const backwards = (count: number) =>
      `{${Array.from({ length: count }, (_, n) => `"${String(count - n).padStart(3, '0')}":1`)}}`;
    assert.deepEqual(read(backwards(64)), JSON.parse(backwards(64)));
    assert.equal(read(backwards(65)), 'cannot');
  });

  it('is not canonical with white space in one place and unsorted keys in another', () => {
    for (const text of [
      '{"a":1, "b":2}',
      '{"b":1,"a":2}',
      '{"b":1, "a":2}',
      '{"a":{"c":1,"b":[ ]}}',
    ]) {
      const bytes = Buffer.from(text);
      const json = new RawJson(bytes);
      assert.ok(!json.isCanonical(json.read(0, bytes.length)), text);
    }
  });

  it('sorts keys as texts, also those with escapes and those that begin like another', () => {
    for (const keys of [
      ['A', '\n'],
      ['\n', 'A'],
      ['\u0001', '!', 'é'],
      ['a!', 'a', 'a '],
      ['a ', 'a', 'a!', 'ab'],
      ['\uffff', '\u{10000}', 'z'],
    ]) {
      const object = Object.fromEntries(keys.map((key, at) => [key, at]));
      assert.deepEqual(Object.keys(read(JSON.stringify(object)) as object), keys.toSorted());
    }
  });

  it('finds a member by its whole name', () => {
    const bytes = Buffer.from('{"abc":1,"ab":2,"b":3}');
    const json = new RawJson(bytes);
    const object = json.read(0, bytes.length);
    const find = (name: string) => json.member(object, Buffer.from(name));
    assert.deepEqual(
      ['abc', 'ab', 'b'].map((name) => json.numberOf(find(name))),
      [1, 2, 3],
    );
    assert.deepEqual(['a', 'abcd', '', 'c'].map(find), [none, none, none, none]);
  });

  it('knows which strings have escapes', () => {
    const bytes = Buffer.from('["plain é","one\\n","\\\\"]');
    const json = new RawJson(bytes);
    const first = json.first(json.read(0, bytes.length));
    const values = [first, json.next(first), json.next(json.next(first))];
    assert.deepEqual(
      values.map((value) => json.isEscaped(value)),
      [false, true, true],
    );
    assert.deepEqual(
      values.map((value) => json.textOf(value)),
      ['plain é', 'one\n', '\\'],
    );
  });

  it('ends where it is told to', () => {
    for (const [text, to, expected] of [
      ['"a"', 2, 'cannot'],
      ['1234', 2, 12],
      ['true', 3, 'cannot'],
      ['[1]]', 3, [1]],
      ['[1]', 2, 'cannot'],
    ] as const) {
      const json = new RawJson(Buffer.from(text));
      const value = json.read(0, to);
      assert.deepEqual(value === none ? 'cannot' : valueAt(json, value), expected, text);
    }
  });

  it('is marked where a token is not spelled canonically', () => {
    for (const [text, value] of [
      ['"a\\/b"', 'a/b'],
      ['"\\u0041\\u000A\\u001F"', 'A\n\x1f'],
      ['"\\u00eb \\ud83d\\ude00"', 'ë 😀'],
      ['12.0', 12],
      ['1e3', 1_000],
      ['1.5E+2', 150],
      ['-0', -0],
    ] as const) {
      const bytes = Buffer.from(`{"a":1,"b":[${text}]}`);
      const json = new RawJson(bytes, 1);
      const object = json.read(0, bytes.length);
      assert.deepEqual(valueAt(json, object), { a: 1, b: [value] });
      assert.ok(!json.isCanonical(object), text);
      assert.ok(!json.isCanonical(json.first(json.member(object, Buffer.from('b')))), text);
      assert.ok(json.isCanonical(json.first(object)));
    }
  });

  it('cannot be read where a key is not canonical, or something is not a token', () => {
    for (const bad of [
      ...[
        '{"\\u0041":1}',
        '{"a\\/b":1}',
        '"\\ud800"',
        '"\\ud800\\u0041"',
        '"\\x"',
        '"\\u00g0"',
        '"\\',
      ],
      ...['01', '1e', '0.1.2', '1E400', '+1', '.5', '1.', '12345678901234567890', '--1', '1-1'],
      ...['', ' ', 'nul', 'nulll', 'True', '"a', '"a\nb"', '{"a"}', '{"a":}', '{"a":1,}', '{,}'],
      ...['{a":1}', '{1"b":2}', '{"a"=1}', '{"x":{"a"}', '{"x":{"b":1,"b":2}', '{"a":1;"b":2}'],
      ...['[{"a":1]', '{"x":[1}', '[1;2]', '{"b":1,"c":2,"b":3}', '{"é":1,"é":2}', '[trux]'],
      ...['{"é":1,"ü":2,"é":3}', '[falsy]', '[nuII]'],
      ...['[1,]', '[1 2]', '[', '{', ']', '{"a":1,"a":1}', '{"b":1,"a":1,"b":2}', '1 1', '{a:1}'],
    ]) {
      assert.equal(read(bad), 'cannot', bad);
    }
  });

  it('is not read when it is nested too deep', () => {
    assert.deepEqual(read('[[{"a":[]}]]', 4), [[{ a: [] }]]);
    assert.equal(read('[[{"a":[]}]]', 3), 'cannot');
    assert.deepEqual(read('{"a":{"b":1}}', 2), { a: { b: 1 } });
    assert.equal(read('{"a":{"b":1}}', 1), 'cannot');
    assert.equal(read('['.repeat(100_000)), 'cannot');
  });

  it('is not read when it would cost too much', () => {
    const bytes = Buffer.from(`[${'0,'.repeat(100_000)}0]`);
    assert.equal(new RawJson(bytes).read(0, bytes.length), none);
    const keys = Array.from({ length: 100_000 }, (_, n) => `"k${100_000 - n}":"a value"`);
    const unsorted = Buffer.from(`{${keys.join(',')}}`);
    assert.equal(new RawJson(unsorted).read(0, unsorted.length), none);
  });

  it('may be one of several texts, each of which can fail by itself', () => {
    const bytes = Buffer.from('{"a":1}\n{"a":\n[2]');
    const json = new RawJson(bytes);
    const places = [
      [0, 7],
      [8, 13],
      [14, 17],
    ] as const;
    const found = places.map(([from, to]) => json.read(from, to));
    assert.equal(found[1], none);
    assert.deepEqual(
      [found[0], found[2]].map((each) => valueAt(json, each as number)),
      [{ a: 1 }, [2]],
    );
  });
});
