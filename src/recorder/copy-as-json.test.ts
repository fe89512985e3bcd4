import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyAsJson } from './copy-as-json.ts';

function copy(value: unknown, maxChars = 10_000): unknown {
  const copied = copyAsJson(value, maxChars);
  return copied === 'too large' ? copied : copied.json;
}

test('a value that JSON has no form for becomes text, or is left out as JSON.stringify does', () => {
  const value = {
    big: 12345678901234567890n,
    nan: Number.NaN,
    infinite: Number.NEGATIVE_INFINITY,
    half: 'a\ud800b',
    missing: undefined,
    call: () => 1,
    list: [undefined, Symbol('x'), 1],
  };
  assert.deepEqual(copy(value), {
    big: '12345678901234567890',
    nan: 'NaN',
    infinite: '-Infinity',
    half: 'a\ufffdb',
    list: [null, null, 1],
  });
});

test('dates, maps, sets, bytes and errors keep their content', () => {
  const error = Object.assign(new TypeError('bad'), {
    code: 'E_BAD',
    config: { headers: { authorization: 'secret' } },
  });
  const value = {
    date: new Date(0),
    map: new Map<unknown, unknown>([[1, new Set(['x'])]]),
    bytes: new Uint8Array([1, 2, 3]),
    error,
    url: new URL('https://example.org/a'),
  };
  assert.deepEqual(copy(value), {
    date: '1970-01-01T00:00:00.000Z',
    map: { 1: ['x'] },
    bytes: 'AQID',
    error: { name: 'TypeError', message: 'bad', code: 'E_BAD' },
    url: 'https://example.org/a',
  });
});

test('a cycle ends where it closes; the same object twice is not a cycle', () => {
  const shared = { n: 1 };
  const value: Record<string, unknown> = { first: shared, second: shared };
  value.self = value;
  assert.deepEqual(copy(value), { first: { n: 1 }, second: { n: 1 }, self: '[circular]' });
});

test('a property that throws when read costs only itself', () => {
  const value = {
    fine: 1,
    get broken(): never {
      throw new Error('no');
    },
    json: {
      toJSON(): never {
        throw new Error('no');
      },
    },
  };
  assert.deepEqual(copy(value), { fine: 1, broken: '[unreadable]', json: '[unreadable]' });
});

test('nesting ends at a limit', () => {
  let value: unknown = 'end';
  for (let depth = 0; depth < 100; depth += 1) value = [value];
  assert.match(JSON.stringify(copy(value)), /^\[{24}"\[too deep\]"\]{24}$/);
});

test('a value longer than the budget is too large, whatever it is made of', () => {
  const doubled = (depth: number): unknown => {
    let value: unknown = 'x';
    for (let level = 0; level < depth; level += 1) value = [value, value];
    return value;
  };
  const sparse: unknown[] = [];
  sparse.length = 4_000_000_000;
  for (const value of ['x'.repeat(10_001), doubled(23), sparse, Buffer.alloc(10_001)]) {
    assert.equal(copy(value), 'too large');
  }
});
