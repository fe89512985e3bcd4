import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  day,
  earliest,
  formatInstant,
  hour,
  latest,
  minute,
  parseInstant,
  second,
} from './micros.ts';
import { timeGrid } from './time-grid.ts';

const at = (text: string) => parseInstant(text) as number;

describe('buckets of time', () => {
  it('have a round width and begin at round times', () => {
    const grid = (from: string, to: string, max: number, offset?: number) => {
      const { start, width, buckets } = timeGrid({ from: at(from), to: at(to) }, max, offset);
      return [formatInstant(start).slice(0, 19), width, buckets];
    };
    assert.deepEqual(grid('2026-06-01T10:07:41Z', '2026-06-01T10:08:11Z', 60), [
      '2026-06-01T10:07:41',
      second,
      30,
    ]);
    assert.deepEqual(grid('2026-06-01T10:07:41Z', '2026-06-01T11:07:41Z', 60), [
      '2026-06-01T10:05:00',
      5 * minute,
      13,
    ]);
    assert.deepEqual(grid('2026-06-01T00:00:00Z', '2026-06-03T12:00:00Z', 60), [
      '2026-06-01T00:00:00',
      hour,
      60,
    ]);
    // A Monday.
    assert.deepEqual(grid('2026-06-04T09:00:00Z', '2026-09-04T00:00:00Z', 60), [
      '2026-06-01T00:00:00',
      7 * day,
      14,
    ]);
    assert.deepEqual(grid('2026-06-04T09:00:00Z', '2026-06-09T00:00:00Z', 7, 2 * hour), [
      '2026-06-03T22:00:00',
      day,
      6,
    ]);
  });

  it('cover any window, and no bucket is outside of it or narrower than it must be', () => {
    const instant = fc.integer({ min: earliest, max: latest });
    const window = fc
      .tuple(instant, fc.oneof(fc.integer({ min: 1, max: 100 * day }), fc.nat(latest)))
      .map(([from, length]) => ({ from, to: Math.min(from + length, latest) + 1 }));
    const offset = fc.integer({ min: -24 * 60, max: 24 * 60 }).map((n) => n * minute);
    fc.assert(
      fc.property(window, fc.integer({ min: 1, max: 200 }), offset, (range, max, offset) => {
        const { start, width, buckets } = timeGrid(range, max, offset);
        assert.ok(buckets >= 1 && buckets <= max);
        assert.ok(start <= range.from && range.from < start + width);
        const end = start + buckets * width;
        assert.ok(end >= range.to && end - width < range.to);
      }),
    );
  });
});
