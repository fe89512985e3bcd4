import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AnnalsError } from '../errors.ts';
import { JsonArrayReader, readJsonArray } from './array-reader.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 200);

/** The text in chunks of the given sizes, over and over. */
function slice(text: string, sizes: readonly number[], arrayKeys: readonly string[] = ['items']) {
  const reader = new JsonArrayReader({ arrayKeys });
  const items: string[] = [];
  let at = 0;
  for (let turn = 0; at < text.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    items.push(...reader.push(text.slice(at, at + size)));
    at += size;
  }
  return { items, envelope: reader.end() };
}

const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());

describe('objects read from a JSON array', () => {
  it('keep their text, to the last digit and escape', () => {
    const one = '{"n":1.0,"big":12345678901234567890,"e":1E5,"s":"\\u00e9\\/\\"}]","o":{"a":[{}]}}';
    const two = '{"z":1,"a":"é, ]"}';
    const { items } = slice(`[${one},${two}]`, [7]);
    assert.deepEqual(items, [one, two]);
  });

  it('lose white space between tokens and keep it inside texts', () => {
    const { items } = slice(
      '{\n  "items": [\n    {\n "a" : " b\\n " ,\t"c": [ 1, 2 ]}\r\n]\n}\n',
      [3],
    );
    assert.deepEqual(items, ['{"a":" b\\n ","c":[1,2]}']);
  });

  it('come with the envelope around them', () => {
    const text = '{"page":1,"more":{"items":[5]},"items":[{"a":1}],"total":12}';
    assert.deepEqual(slice(text, [5]), {
      items: ['{"a":1}'],
      envelope: { page: 1, more: { items: [5] }, items: [], total: 12 },
    });
  });

  it('are those of the first list under a known key, directly in the envelope', () => {
    const text = '{"items":{"x":[{"a":1}],"items":[2]},"n":["items",[3]],"total":12}';
    assert.deepEqual(slice(text, [5]), { items: [], envelope: JSON.parse(text) });
    const twice = '{"events":[{"a":1}],"items":[{"b":2}]}';
    assert.deepEqual(slice(twice, [5], ['items', 'events']), {
      items: ['{"a":1}'],
      envelope: { events: [], items: [{ b: 2 }] },
    });
  });

  it('are none where the list is null or missing', () => {
    assert.deepEqual(slice('{"items":null,"totalPages":0}', [4]), {
      items: [],
      envelope: { items: null, totalPages: 0 },
    });
    assert.deepEqual(slice('{"totalPages":0}', [4]).items, []);
    assert.deepEqual(slice(' [ ] ', [1]), { items: [], envelope: undefined });
  });

  it('are the same however the text arrives, pretty or not, alone or in an envelope', () => {
    fc.assert(
      fc.property(
        fc.array(object, { maxLength: 5 }),
        pieces,
        fc.constantFrom('', '  ', '\t'),
        fc.option(object, { nil: undefined }),
        (objects, sizes, indent, around) => {
          const { items: _, ...others } = around ?? {};
          const whole = around === undefined ? objects : { ...others, items: objects };
          const { items, envelope } = slice(JSON.stringify(whole, null, indent), sizes);
          assert.deepEqual(
            items,
            objects.map((each) => JSON.stringify(each)),
          );
          const expected = around === undefined ? undefined : { ...others, items: [] };
          assert.equal(JSON.stringify(envelope), JSON.stringify(expected));
        },
      ),
      { numRuns },
    );
  });

  it('are incomplete when the text is cut anywhere', () => {
    const text = '{"items":[{"a":"\\""},{"b":2}],"n":1}';
    for (let end = 0; end < text.length; end += 1) {
      assert.throws(
        () => slice(text.slice(0, end), [3]),
        (error) => error instanceof AnnalsError && error.code === 'incomplete',
        text.slice(0, end),
      );
    }
  });

  for (const text of ['<html>', '[{}{}]', '[{},]', '[,{}]', '[1]', '[{}] x', '"a"', '[[]]']) {
    it(`are corrupt in ${text}`, () => {
      assert.throws(
        () => slice(text, [2]),
        (error) => error instanceof AnnalsError && error.code === 'corrupt',
      );
    });
  }

  for (const text of ['{"items":[],"n":tru}', '{"items":[] "n":1}', '{"a\\x":1}', '{"a":1,}']) {
    it(`are corrupt with the envelope of ${text}`, () => {
      assert.throws(() => slice(text, [4]), { code: 'corrupt', message: /is not valid$/ });
    });
  }

  it('are rejected when one, or the envelope, is longer than allowed', () => {
    const pushed = (...chunks: string[]) => {
      const reader = new JsonArrayReader({ arrayKeys: ['i'], maxItem: 10 });
      return chunks.flatMap((chunk) => reader.push(chunk));
    };
    assert.deepEqual(pushed('[{"a":12345', '}]'), ['{"a":12345}']);
    for (const [chunk, what] of [
      ['[{"a":123456', 'an object'],
      ['{"a":123456', 'the part around the list'],
      ['{"i":[{}],"a":', 'the part around the list'],
    ] as const) {
      const message = `Cannot read the JSON: ${what} has more than 10 characters`;
      assert.throws(() => pushed(chunk), { code: 'too-large', message });
    }
    assert.deepEqual(pushed('{"a":12345', ',"i":[]}'), []);
  });

  it('come in batches that are not empty, and before the error behind them', async () => {
    async function* chunks() {
      yield Buffer.from('{"n":1,');
      yield Buffer.from('"items":[{"a":1},{"b":2},{"c":');
      yield Buffer.from('3');
      yield Buffer.from('},{"d":4}x');
    }
    const batches: string[][] = [];
    const reading = async () => {
      for await (const batch of readJsonArray(chunks(), { arrayKeys: ['items'] })) {
        batches.push(batch);
      }
    };
    await assert.rejects(reading, { code: 'corrupt', message: /expected a comma or \]/ });
    assert.deepEqual(batches, [
      ['{"a":1}', '{"b":2}'],
      ['{"c":3}', '{"d":4}'],
    ]);
  });
});
