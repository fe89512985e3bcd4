import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openZone } from './calendar.ts';
import { AnnalsError } from './errors.ts';
import { day, hour, type Micros, minute, parseInstant } from './micros.ts';
import { parseSince, parseWindow, periodsOf, sinceHint, splits, windowName } from './window.ts';

const utc = openZone('UTC');
const amsterdam = openZone('Europe/Amsterdam');

function at(text: string): Micros {
  const micros = parseInstant(text);
  assert.ok(typeof micros === 'number', text);
  return micros;
}

describe('a time span', () => {
  const spans: [string, Micros][] = [
    ['90m', 90 * minute],
    ['1m', minute],
    ['24h', day],
    ['7d', 7 * day],
    ['4w', 28 * day],
    ['1mo', 30 * day],
    ['1y', 365 * day],
    ['1d12h', 36 * hour],
    ['1.5h', 90 * minute],
    ['1mo1m', 30 * day + minute],
  ];
  for (const [text, micros] of spans) {
    it(`${text} is read`, () => assert.equal(parseSince(text), micros));
  }

  for (const text of ['', '7', 'd', '-1d', '1 d', '7D', '1month', '0d', '1d-2h']) {
    it(`${JSON.stringify(text)} is rejected`, () => {
      assert.throws(() => parseSince(text), AnnalsError);
    });
  }

  it('of 1m has a hint, because it may be meant as a month', () => {
    assert.match(sinceHint('1m') ?? '', /1 minute; a month is written mo, as in 1mo/);
    assert.equal(sinceHint('90m'), undefined);
    assert.equal(sinceHint('1mo'), undefined);
  });
});

describe('a window', () => {
  const now = at('2026-06-20T10:00:00Z');

  it('of days includes the last day', () => {
    assert.deepEqual(parseWindow({ from: '2026-06-01', to: '2026-06-02' }, utc, now), {
      from: at('2026-06-01T00:00:00Z'),
      to: at('2026-06-03T00:00:00Z'),
    });
  });

  it('of days begins and ends with the days of its zone', () => {
    assert.deepEqual(parseWindow({ from: '2026-06-01', to: '2026-06-01' }, amsterdam, now), {
      from: at('2026-05-31T22:00:00Z'),
      to: at('2026-06-01T22:00:00Z'),
    });
  });

  it('of instants is half open', () => {
    const options = { from: '2026-06-01T10:00:00+02:00', to: '2026-06-01T09:00:00.5Z' };
    assert.deepEqual(parseWindow(options, utc, now), {
      from: at('2026-06-01T08:00:00Z'),
      to: at('2026-06-01T09:00:00.5Z'),
    });
  });

  it('that looks back includes what is recorded at this moment', () => {
    const window = parseWindow({ since: '24h' }, utc, now);
    assert.ok(window.from === now - day && window.to > now);
  });

  it('is rejected when it is missing, given twice, or backwards', () => {
    const wrong = [
      {},
      { to: '2026-06-01' },
      { since: '1d', from: '2026-06-01' },
      { since: '1d', to: '2026-06-01' },
      { from: '2026-06-02', to: '2026-06-01' },
      { from: '2026-06-31' },
      { from: '2026-06-01T00:00:00' },
    ];
    for (const options of wrong) assert.throws(() => parseWindow(options, utc, now), AnnalsError);
  });

  it('is named by its days, or by the second', () => {
    const june = { from: at('2026-06-01T00:00:00Z'), to: at('2026-07-01T00:00:00Z') };
    assert.equal(windowName(june, utc), '2026-06-01--2026-06-30');
    assert.equal(windowName(june, amsterdam), '2026-06-01T000000Z--2026-07-01T000000Z');
  });
});

describe('the periods of a window', () => {
  const names = (from: string, to: string, split: 'daily' | 'weekly' | 'monthly', zone = utc) =>
    periodsOf({ from: at(from), to: at(to) }, split, zone).map((period) => period.name);

  it('are days', () => {
    assert.deepEqual(names('2026-02-27T12:00:00Z', '2026-03-01T00:00:00Z', 'daily'), [
      '2026-02-27',
      '2026-02-28',
    ]);
  });

  it('are ISO weeks, which belong to the year of their Thursday', () => {
    assert.deepEqual(names('2026-12-27T00:00:00Z', '2027-01-05T00:00:00Z', 'weekly'), [
      '2026-W52',
      '2026-W53',
      '2027-W01',
    ]);
    assert.deepEqual(names('2026-06-01T00:00:00Z', '2026-06-02T00:00:00Z', 'weekly'), ['2026-W23']);
  });

  it('are months', () => {
    assert.deepEqual(names('2025-12-31T23:59:59Z', '2026-02-01T00:00:01Z', 'monthly'), [
      '2025-12',
      '2026-01',
      '2026-02',
    ]);
  });

  it('have 23 and 25 hours when the clocks change', () => {
    const days = (from: string, to: string) =>
      periodsOf({ from: at(from), to: at(to) }, 'daily', amsterdam).map(
        (period) => (period.to - period.from) / hour,
      );
    assert.deepEqual(days('2026-03-27T23:00:00Z', '2026-03-30T22:00:00Z'), [24, 23, 24]);
    assert.deepEqual(days('2026-10-23T22:00:00Z', '2026-10-26T23:00:00Z'), [24, 25, 24]);
  });

  it('leave out a day that the calendar never had', () => {
    const apia = openZone('Pacific/Apia');
    assert.deepEqual(names('2011-12-29T12:00:00Z', '2011-12-31T12:00:00Z', 'daily', apia), [
      '2011-12-29',
      '2011-12-31',
      '2012-01-01',
    ]);
  });

  it('give the hour after a second midnight to the day that had begun', () => {
    const newfoundland = openZone('America/St_Johns');
    assert.deepEqual(names('1999-10-31T03:00:00Z', '1999-11-02T00:00:00Z', 'daily', newfoundland), [
      '1999-10-31',
      '1999-11-01',
    ]);
  });

  it('cover the window without gap or overlap, each under a name of its own', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('1990-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') }),
        fc.integer({ min: 1, max: 100 * day }),
        fc.constantFrom(...splits),
        fc.constantFrom('UTC', 'Europe/Amsterdam', 'Asia/Kathmandu', 'America/St_Johns'),
        (from, length, split, zoneName) => {
          const window = { from, to: from + length };
          const periods = periodsOf(window, split, openZone(zoneName));
          let reached = window.from;
          for (const period of periods) {
            assert.equal(period.from, reached);
            assert.ok(period.to > period.from);
            reached = period.to;
          }
          assert.equal(reached, window.to);
          assert.equal(new Set(periods.map((period) => period.name)).size, periods.length);
        },
      ),
      { numRuns: Number(process.env.ANNALS_TEST_RUNS ?? 50) },
    );
  });
});
