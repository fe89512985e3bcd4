import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseInstant } from './micros.ts';
import { readRetryAfter } from './retry-after.ts';

describe('Retry-After', () => {
  const clock = () => parseInstant('2026-06-20T08:00:00Z') as number;
  const read = (headers: Record<string, string>) => readRetryAfter(new Headers(headers), clock);

  it('is a number of seconds, however large', () => {
    assert.equal(read({ 'retry-after': '0' }), 0);
    assert.equal(read({ 'retry-after': ' 120 ' }), 120);
    assert.equal(read({ 'retry-after': '99999999999999999999' }), 1e20);
  });

  it('is a date, of which what is left counts', () => {
    assert.equal(read({ 'retry-after': 'Sat, 20 Jun 2026 08:00:30 GMT' }), 30);
    assert.equal(read({ 'retry-after': 'Sat, 20 Jun 2026 07:00:00 GMT' }), 0);
  });

  it('is a date by the clock of its sender', () => {
    const date = 'Sat, 20 Jun 2026 07:00:00 GMT';
    assert.equal(read({ date, 'retry-after': 'Sat, 20 Jun 2026 07:00:30 GMT' }), 30);
    assert.equal(read({ date: 'noon', 'retry-after': 'Sat, 20 Jun 2026 08:00:30 GMT' }), 30);
  });

  it('is nothing otherwise', () => {
    assert.equal(read({}), undefined);
    for (const value of ['', 'soon', '-1', '1.5', '2026-06-20T08:00:30Z']) {
      assert.equal(read({ 'retry-after': value }), undefined, value);
    }
  });
});
