import assert from 'node:assert/strict';
import { test } from 'node:test';
import { second } from '../../core/micros.ts';
import { RateLimit } from './rate-limit.ts';

const noon = Date.parse('2026-06-20T12:00:00Z') * 1_000;

const takeMany = (limit: RateLimit, caller: string, now: number, count: number) =>
  Array.from({ length: count }, () => limit.take(caller, now));

test('after so many requests in a second the next has to wait one', () => {
  const limit = new RateLimit(3);
  assert.deepEqual(takeMany(limit, 'a', noon, 4), [0, 0, 0, 1]);
  assert.deepEqual(
    takeMany(limit, 'b', noon, 1),
    [0],
    'another caller has an allowance of its own',
  );
  assert.deepEqual(takeMany(limit, 'a', noon + 0.4 * second, 2), [0, 1]);
  assert.deepEqual(takeMany(limit, 'a', noon + 60 * second, 4), [0, 0, 0, 1]);
});

test('over a long time the rate is kept', () => {
  const limit = new RateLimit(10);
  let granted = 0;
  for (let at = 0; at < 20 * second; at += second / 50) {
    if (limit.take('a', noon + at) === 0) granted += 1;
  }
  assert.ok(granted >= 200 && granted <= 210, `${granted} in 20 seconds`);
});

test('less than one a second says how long to wait', () => {
  const limit = new RateLimit(0.25);
  assert.deepEqual(takeMany(limit, 'a', noon, 2), [0, 4]);
  assert.equal(limit.take('a', noon + 4 * second), 0);
});

test('a clock that steps back gives nothing and takes nothing away', () => {
  const limit = new RateLimit(1);
  assert.equal(limit.take('a', noon), 0);
  assert.equal(limit.take('a', noon - 3_600 * second), 1);
  assert.equal(limit.take('a', noon - 3_599 * second), 0);
});

test('a stream of new callers does not displace those that keep sending requests', () => {
  const limit = new RateLimit(1);
  for (let index = 0; index < 30_000; index += 1) {
    limit.take(`new ${index}`, noon);
    if (index === 0) assert.equal(limit.take('a', noon), 0);
    else if (index % 1_000 === 0) assert.equal(limit.take('a', noon), 1);
  }
  assert.equal(limit.take('new 0', noon), 0, 'long forgotten');
});
