import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cut, formatInstant, parseInstant } from './instant.fixture.ts';

test('an instant written with enough digits, in any zone, reads back as itself', () => {
  const latest = 4_000_000_000_000_000_000n;
  const instants = fc.bigInt({ min: 86_400_000_000_000n, max: latest });
  const zones = fc.integer({ min: -1439, max: 1439 });
  fc.assert(
    fc.property(instants, zones, fc.integer({ min: 0, max: 9 }), (at, zone, digits) => {
      assert.equal(parseInstant(formatInstant(at, 9, zone)), at);
      assert.equal(parseInstant(formatInstant(at, digits, zone)), cut(at, digits));
    }),
  );
});

test('one instant has many spellings', () => {
  const spellings = [
    '2026-06-20T08:14:03Z',
    '2026-06-20T08:14:03.000Z',
    '2026-06-20T10:14:03+02:00',
    '2026-06-20T04:44:03.000000000-03:30',
  ];
  assert.deepEqual(
    spellings.map(parseInstant),
    spellings.map(() => 1_781_943_243_000_000_000n),
  );
});

for (const text of [
  '',
  '2026-06-20',
  '2026-06-20T08:14:03',
  '2026-06-20T08:14:03 00:00',
  '2026-06-20 08:14:03Z',
  '2026-06-20T08:14:03.Z',
  '2026-06-20T08:14:03.1234567890Z',
  '2026-06-20T08:14:03+24:00',
  '2026-13-20T08:14:03Z',
  '2026-02-30T08:14:03Z',
  '2026-06-20T24:00:00Z',
]) {
  test(`${JSON.stringify(text)} is not an instant`, () =>
    assert.equal(parseInstant(text), undefined));
}
