import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { formatInstant, instantFromText, instantParts, isZone } from './instant.ts';

it('shows an instant to the microsecond, in the zone, with its offset', () => {
  const instant = '2026-03-29T01:30:00.123456Z';
  assert.equal(formatInstant(instant, 'UTC'), '2026-03-29 01:30:00.123456 Z');
  assert.equal(formatInstant(instant, 'Europe/Amsterdam'), '2026-03-29 03:30:00.123456 +02:00');
  assert.equal(formatInstant(instant, 'Asia/Kathmandu'), '2026-03-29 07:15:00.123456 +05:45');
});

it('reads back what it shows, in every zone', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Amsterdam', 'America/St_Johns', 'Asia/Kathmandu');
  const instants = fc.date({
    min: new Date('1971-01-01'),
    max: new Date('2099-01-01'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(instants, zones, (date, zone) => {
      const shown = formatInstant(`${date.toISOString().slice(0, 19)}.123456Z`, zone);
      const read = instantFromText(shown, zone);
      assert.ok(read !== undefined, shown);
      assert.equal(Date.parse(read), Math.floor(date.getTime() / 1_000) * 1_000 + 123);
    }),
  );
});

it('reads what a clock on the wall shows, and nothing that is not a time', () => {
  assert.equal(instantFromText('2026-11-30', 'UTC'), '2026-11-30T00:00:00Z');
  assert.equal(instantFromText('2026-11-30 09:41', 'Europe/Amsterdam'), '2026-11-30T08:41:00Z');
  assert.equal(
    instantFromText('2026-07-01 09:41:07.5', 'Europe/Amsterdam'),
    '2026-07-01T07:41:07.5Z',
  );
  for (const text of [
    '',
    'now',
    '2026-13-01',
    '30.11.2026',
    '2026-11-30 25:00',
    '2026-11-30 9:41',
  ]) {
    assert.equal(instantFromText(text, 'UTC'), undefined, text);
  }
});

it('knows which zones this browser knows', () => {
  assert.deepEqual(['UTC', 'local', 'Europe/Amsterdam', 'Mars/Base'].map(isZone), [
    true,
    true,
    true,
    false,
  ]);
  assert.equal(instantParts('2026-11-30T09:41:07Z', 'UTC').fraction, '');
});
