import assert from 'node:assert/strict';
import { test } from 'node:test';
import { earliest, latest } from '../core/micros.ts';
import { parseInstantBounds } from './instant-bounds.ts';

const noon = Date.parse('2026-06-20T12:00:00Z') * 1_000;

test('a time is read with any number of digits, and a space where a plus sign stood', () => {
  for (const text of [
    '2026-06-20T12:00:00Z',
    '2026-06-20T12:00:00.000000000Z',
    '2026-06-20T14:00:00+02:00',
    '2026-06-20T14:00:00 02:00',
    '2026-06-20 14:00:00 02:00',
  ]) {
    assert.deepEqual(parseInstantBounds(text), { floor: noon, ceil: noon }, text);
  }
});

test('a time finer than a microsecond lies between two of ours', () => {
  const between = { floor: noon + 7, ceil: noon + 8 };
  assert.deepEqual(parseInstantBounds('2026-06-20T12:00:00.000007001Z'), between);
});

test('a time without a zone is rejected, unless UTC is meant', () => {
  assert.equal(parseInstantBounds('2026-06-20T12:00:00'), 'no-zone');
  assert.deepEqual(parseInstantBounds('2026-06-20T12:00:00', 'utc'), { floor: noon, ceil: noon });
});

test('a time outside our calendar is the end of it; what is not a time is rejected', () => {
  assert.deepEqual(parseInstantBounds('0001-01-01T00:00:00Z'), { floor: earliest, ceil: earliest });
  assert.deepEqual(parseInstantBounds('9999-12-31T23:59:59Z'), { floor: latest, ceil: latest });
  assert.equal(parseInstantBounds('2026-02-30T00:00:00Z'), 'no-such-day');
  assert.equal(parseInstantBounds('yesterday'), 'malformed');
});
