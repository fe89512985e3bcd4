import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMillis } from './backoff.ts';

test('pauses double up to the maximum, and lie between half of it and all of it', () => {
  const limits = { firstMillis: 200, maxMillis: 30_000 };
  const failures = [1, 2, 3, 8, 9, 5_000, Number.POSITIVE_INFINITY];
  const pauses = (random: number) => failures.map((n) => backoffMillis(n, limits, () => random));
  assert.deepEqual(pauses(0), [100, 200, 400, 12_800, 15_000, 15_000, 15_000]);
  assert.deepEqual(pauses(1), [200, 400, 800, 25_600, 30_000, 30_000, 30_000]);
  assert.deepEqual(pauses(0.5), [150, 300, 600, 19_200, 22_500, 22_500, 22_500]);
});
