import assert from 'node:assert/strict';
import { it } from 'node:test';
import { boundText, rangeText } from './ranges.ts';

it('says a range in as few characters as it takes', () => {
  const nine = '2026-11-30T09:00:00Z';
  assert.equal(rangeText(undefined, undefined, 'UTC'), 'All time');
  assert.equal(rangeText(nine, undefined, 'UTC'), 'Since 2026-11-30 09:00');
  assert.equal(rangeText(undefined, nine, 'Asia/Kathmandu'), 'Before 2026-11-30 14:45');
  assert.equal(rangeText(nine, '2026-11-30T10:00:05Z', 'UTC'), '2026-11-30 09:00 – 10:00:05');
  assert.equal(
    rangeText(nine, '2026-12-01T10:00:00Z', 'UTC'),
    '2026-11-30 09:00 – 2026-12-01 10:00',
  );
});

it('takes days as the API does: from their midnight in UTC, to the end of the last one', () => {
  assert.equal(rangeText('2026-06-01', '2026-06-02', 'UTC'), '2026-06-01 00:00 – 2026-06-03 00:00');
  assert.equal(rangeText('2026-06-01', undefined, 'Asia/Kathmandu'), 'Since 2026-06-01 05:45');
  assert.equal(boundText('to', '2026-06-02', 'UTC'), '2026-06-03 00:00:00 Z');
});

it('leaves a bound that is not a time as it is: the server says what is wrong with it', () => {
  assert.equal(rangeText('yesterday', undefined, 'UTC'), 'Since yesterday');
  assert.equal(rangeText('2026-06-01', '2026-13-01', 'UTC'), '2026-06-01 00:00 – 2026-13-01');
  assert.equal(boundText('from', 'yesterday', 'UTC'), 'yesterday');
});
