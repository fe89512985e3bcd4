import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { earliest, formatDay, formatInstant, latest, parseDay, parseInstant } from './micros.ts';

describe('instants', () => {
  it('are equal to the microsecond after being written and read', () => {
    fc.assert(
      fc.property(fc.integer({ min: earliest, max: latest }), (micros) => {
        assert.equal(parseInstant(formatInstant(micros)), micros);
      }),
    );
  });

  it('sort as texts as they do as numbers', () => {
    const instant = fc.integer({ min: earliest, max: latest });
    fc.assert(
      fc.property(instant, instant, (one, other) => {
        assert.equal(one < other, formatInstant(one) < formatInstant(other));
      }),
    );
  });

  it('are read with offsets, any number of fraction digits and small letters', () => {
    const same = parseInstant('2026-06-20T08:14:03.5Z');
    assert.equal(same, Date.UTC(2026, 5, 20, 8, 14, 3, 500) * 1_000);
    assert.equal(parseInstant('2026-06-20T10:14:03.500+02:00'), same);
    assert.equal(parseInstant('2026-06-19t22:44:03.500000000-09:30'), same);
    assert.equal(parseInstant('2026-06-20 08:14:03.5z'), same);
  });

  it('are the same in our own form and with the offset spelled out', () => {
    const digits = (length: number) =>
      fc.array(fc.constantFrom(...'0012345679'), { minLength: length, maxLength: length });
    fc.assert(
      fc.property(digits(20), fc.boolean(), (all, clamp) => {
        const part = (from: number, to: number) => all.slice(from, to).join('');
        const date = `${part(0, 4)}-${part(4, 6)}-${part(6, 8)}`;
        const moment = `${date}T${part(8, 10)}:${part(10, 12)}:${part(12, 14)}.${part(14, 20)}`;
        const spelled = parseInstant(`${moment}+00:00`, { clamp });
        assert.equal(parseInstant(`${moment}Z`, { clamp }), spelled);
      }),
      { numRuns: 2_000 },
    );
  });

  it('count a leap second as the second after', () => {
    assert.equal(parseInstant('2016-12-31T23:59:60Z'), parseInstant('2017-01-01T00:00:00Z'));
  });

  for (const [text, reason] of [
    ['2026-06-20T08:14:03', 'no-zone'],
    ['2026-06-20', 'malformed'],
    ['2026-6-20T08:14:03Z', 'malformed'],
    ['2026-02-29T00:00:00Z', 'no-such-day'],
    ['2026-06-20T24:00:00Z', 'no-such-day'],
    ['2026-06-20T08:14:03.0000001Z', 'too-precise'],
    ['9999-01-01T00:00:00Z', 'no-such-day'],
  ] as const) {
    it(`are ${reason} in ${text}`, () => assert.equal(parseInstant(text), reason));
  }

  it('are read without a zone, or cut to microseconds, only when that is allowed', () => {
    assert.equal(
      parseInstant('2026-06-20T08:14:03', { zone: 'utc' }),
      parseInstant('2026-06-20T08:14:03Z'),
    );
    assert.equal(
      parseInstant('2026-06-20T08:14:03.1234567Z', { truncate: true }),
      parseInstant('2026-06-20T08:14:03.123456Z'),
    );
  });
});

describe('days', () => {
  it('are read as midnight UTC', () => {
    assert.equal(parseDay('2024-02-29'), Date.UTC(2024, 1, 29) * 1_000);
    assert.equal(formatDay(parseDay('1969-12-31') ?? 0), '1969-12-31');
  });

  for (const text of ['2023-02-29', '2023-13-01', '2023-1-1', '23-01-01', '2023-01-01 ']) {
    it(`are not ${text}`, () => assert.equal(parseDay(text), undefined));
  }
});

describe('the calendar', () => {
  it('has exactly the days that Date has', () => {
    const part = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(fc.integer({ min: 1700, max: 2254 }), part(13), part(32), (year, month, date) => {
        const text = `${year}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
        const native = Date.parse(`${text}T00:00:00Z`);
        const exists =
          Number.isFinite(native) && new Date(native).toISOString().slice(0, 10) === text;
        assert.equal(parseDay(text), exists ? native * 1_000 : undefined);
      }),
      { numRuns: 3_000 },
    );
  });
});
