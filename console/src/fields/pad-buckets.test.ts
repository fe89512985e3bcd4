import assert from 'node:assert/strict';
import { it } from 'node:test';
import { padBuckets } from './pad-buckets.ts';

const bucket = (from: string, success = 1) => ({ from, success, failure: 0, unknown: 0 });

it('puts few buckets into the middle of empty ones of their width', () => {
  const padded = padBuckets(
    [bucket('2026-11-30T10:00:00Z', 7), bucket('2026-11-30T10:01:00Z')],
    60,
  );
  assert.equal(padded.length, 24);
  assert.deepEqual(
    padded.map(({ success }) => success).filter((count) => count > 0),
    [7, 1],
  );
  assert.equal(padded[11]?.success, 7);
  const times = padded.map(({ from }) => Date.parse(from));
  for (const [at, time] of times.slice(1).entries()) assert.equal(time - times[at]!, 60_000);
});

it('leaves none and many as they are', () => {
  const many = Array.from({ length: 40 }, () => bucket('2026-11-30T10:00:00Z'));
  assert.equal(padBuckets(many, 60), many);
  assert.deepEqual(padBuckets([], 60), []);
});
