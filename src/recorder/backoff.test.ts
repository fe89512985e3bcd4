import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, retryAfterMs } from './backoff.ts';

const pace = { minRetryMs: 200, maxRetryMs: 30_000 };
const least = (bytes: Uint8Array) => void bytes.fill(0);
const most = (bytes: Uint8Array) => void bytes.fill(255);

test('pauses double up to the maximum, and lie between half and all of it', () => {
  const failures = [1, 2, 3, 8, 9, 5_000];
  const shortest = failures.map((count) => backoffMs(count, pace, least));
  assert.deepEqual(shortest, [100, 200, 400, 12_800, 15_000, 15_000]);
  const longest = failures.map((count) => Math.round(backoffMs(count, pace, most)));
  assert.deepEqual(longest, [200, 400, 800, 25_600, 30_000, 30_000]);
});

test('Retry-After is read as seconds or as a date, up to an hour', () => {
  const clock = () => Date.parse('2026-06-20T08:00:00Z') * 1_000;
  const headers: [string | null, number | undefined][] = [
    ['0', 0],
    ['120', 120_000],
    ['99999999999999999999', 3_600_000],
    ['Sat, 20 Jun 2026 08:00:30 GMT', 30_000],
    ['Sat, 20 Jun 2026 07:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ];
  for (const [header, expected] of headers) assert.equal(retryAfterMs(header, clock), expected);
});
