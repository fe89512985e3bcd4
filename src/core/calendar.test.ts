import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatWeek, openZone, type Zone } from './calendar.ts';
import type { AnnalsError } from './errors.ts';
import { formatInstant, type Micros, parseInstant } from './micros.ts';

const date = (text: string) => Temporal.PlainDate.from(text);
const startOf = (zone: Zone, day: string) => formatInstant(zone.startOf(date(day)));
const dayAt = (zone: Zone, instant: string) =>
  String(zone.dayAt(parseInstant(instant, { truncate: true }) as Micros));

describe('a time zone', () => {
  it('that does not exist is rejected', () => {
    for (const name of ['Europe/Atlantis', '', '2026-06-01T00:00Z[Europe/Amsterdam]']) {
      assert.throws(
        () => openZone(name),
        (error: AnnalsError) => error.code === 'invalid' && error.cause instanceof RangeError,
      );
    }
    assert.throws(() => openZone('Europe/Atlantis'), /IANA name/);
  });

  it('has no 30 December 2011 in Samoa', () => {
    const apia = openZone('Pacific/Apia');
    assert.equal(dayAt(apia, '2011-12-30T09:59:59.999999Z'), '2011-12-29');
    assert.equal(dayAt(apia, '2011-12-30T10:00:00Z'), '2011-12-31');
    assert.equal(startOf(apia, '2011-12-30'), '2011-12-30T10:00:00.000000Z');
    assert.equal(startOf(apia, '2011-12-31'), '2011-12-30T10:00:00.000000Z');
  });

  it('starts a day after the gap where clocks skip midnight', () => {
    const saoPaulo = openZone('America/Sao_Paulo');
    assert.equal(startOf(saoPaulo, '2018-11-04'), '2018-11-04T03:00:00.000000Z');
    assert.equal(dayAt(saoPaulo, '2018-11-04T02:59:59.999999Z'), '2018-11-03');
  });

  it('starts a day at the first of two midnights', () => {
    // On 31 October 1999 the clocks went from 00:01 back to 23:01 of the day before.
    const newfoundland = openZone('America/St_Johns');
    assert.equal(startOf(newfoundland, '1999-10-31'), '1999-10-31T02:30:00.000000Z');
    assert.equal(dayAt(newfoundland, '1999-10-31T02:30:30Z'), '1999-10-31');
    assert.equal(dayAt(newfoundland, '1999-10-31T03:00:00Z'), '1999-10-30');
  });

  it('has days of 23 and 25 hours when the clocks change', () => {
    const amsterdam = openZone('Europe/Amsterdam');
    assert.equal(startOf(amsterdam, '2026-03-29'), '2026-03-28T23:00:00.000000Z');
    assert.equal(startOf(amsterdam, '2026-03-30'), '2026-03-29T22:00:00.000000Z');
    assert.equal(startOf(amsterdam, '2026-10-25'), '2026-10-24T22:00:00.000000Z');
    assert.equal(startOf(amsterdam, '2026-10-26'), '2026-10-25T23:00:00.000000Z');
  });

  it('knows days before 1970 to the microsecond', () => {
    const utc = openZone('UTC');
    assert.equal(dayAt(utc, '1969-12-31T23:59:59.999999Z'), '1969-12-31');
    assert.equal(startOf(utc, '1700-01-01'), '1700-01-01T00:00:00.000000Z');
  });
});

describe('an ISO week', () => {
  for (const [day, week] of [
    ['2026-06-01', '2026-W23'],
    ['2026-12-31', '2026-W53'],
    ['2027-01-03', '2026-W53'],
    ['2027-01-04', '2027-W01'],
    ['2024-12-29', '2024-W52'],
    ['2024-12-30', '2025-W01'],
    ['2022-01-02', '2021-W52'],
    ['1969-12-29', '1970-W01'],
  ] as const) {
    it(`of ${day} is ${week}`, () => assert.equal(formatWeek(date(day)), week));
  }
});
