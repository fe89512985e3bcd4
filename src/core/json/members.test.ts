import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { eachMember, textMembers } from './members.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 200);

const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());

describe('the members of an object', () => {
  it('are found with the text of their values', () => {
    fc.assert(
      fc.property(object, fc.constantFrom('', '  '), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const found: [string, unknown][] = [];
        eachMember(text, (key, start, end) => {
          found.push([key, JSON.parse(text.slice(start, end))]);
          return false;
        });
        assert.equal(JSON.stringify(found), JSON.stringify(Object.entries(JSON.parse(text))));
      }),
      { numRuns },
    );
  });

  it('are read as texts only where they are texts', () => {
    const text = '{"a":{"b":"x"},"b":"\\u0041","c":1,"d":""}';
    assert.deepEqual(textMembers(text, ['b', 'c', 'd', 'e']), ['A', undefined, '', undefined]);
  });

  it('are read as texts by the last of several members of one name, among members of other names', () => {
    const text = '{"x":"1","y":"2","a":"3","a":"4","b":"5"}';
    assert.deepEqual(textMembers(text, ['a', 'b']), ['4', '5']);
  });

  it('are found without the white space around them', () => {
    const found: string[] = [];
    const text = ' \t\r\n{ "a" :\r1 ,\t"b"\n:\t[ 2 ]\r,"c": "d" \t}';
    eachMember(text, (key, start, end) => {
      found.push(`${key}=${text.slice(start, end)}`);
      return undefined;
    });
    assert.deepEqual(found, ['a=1', 'b=[ 2 ]', 'c="d"']);
  });

  it('are those of an inner object from its index on, and visited until told to stop', () => {
    const keys: string[] = [];
    const text = '{"outer":{"a":1,"b":2,"c":3}}';
    eachMember(text, (key) => keys.push(key) === 2, text.indexOf('{"a"'));
    assert.deepEqual(keys, ['a', 'b']);
  });

  for (const [text, problem] of [
    ['', 'expected an object at character 0, found the end'],
    [' []', 'expected an object at character 1, found "["'],
    ['["a":1}', 'expected an object at character 0, found "["'],
    ['{1}', 'expected a key in quotes at character 1, found "1"'],
    ['{a":1}', 'expected a key in quotes at character 1, found "a"'],
    ['{"a":1,}', 'expected a key in quotes at character 7, found "}"'],
    ['{"a"', 'expected a colon at character 4, found the end'],
    ['{"a"=1}', 'expected a colon at character 4, found "="'],
    ['{"a":}', 'expected a value at character 5, found "}"'],
    ['{"a":1', 'expected a comma or } at character 6, found the end'],
    ['{"a":1]', 'expected a comma or } at character 6, found "]"'],
    ['{"a":"x";"b":1}', 'expected a comma or } at character 8, found ";"'],
    ['{"a', 'expected the end of a string at character 3, found the end'],
    ['{"a":"\\"', 'expected the end of a string at character 8, found the end'],
    ['{"a":[1', 'expected the end of a value at character 7, found the end'],
  ] as const) {
    it(`are rejected in ${JSON.stringify(text)}`, () => {
      const message = `Cannot read a JSON object of ${text.length} characters: ${problem}`;
      assert.throws(() => eachMember(text, () => false), { code: 'corrupt', message });
    });
  }
});
