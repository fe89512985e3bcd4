import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../integrity/canonical.ts';
import { eventCsvColumns, eventCsvRow } from './event-csv.ts';
import { eventCsvRows } from './event-csv-rows.ts';

const rowsOf = (bodies: readonly string[]) =>
  Buffer.from(eventCsvRows(Buffer.from(bodies.map((body) => `${body}\n`).join('')))).toString();

/** Texts that a cell must escape or guard, and texts that it must not. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .tuple(fc.constantFrom('', '=', '+', '-', '@', "'", '＝', '＠', '\t', '\r', '\n'), fc.string())
    .map(([first, rest]) => first + rest),
  fc.constantFrom('a,b', 'a;b', 'say "hi"', 'back\\slash', '\u0007', 'ëß漢'),
);
const value = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.jsonValue(),
);

const event = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...eventCsvColumns.map(([key = '']) => key), 'details'), value),
    fc.dictionary(fc.constantFrom('client_ip', 'status', 'user', 'headers'), value),
    fc.dictionary(fc.constantFrom('name', 'email', 'nam'), value),
    fc.subarray(['context', 'user']),
  )
  .map(([members, context, user, nested]) => ({
    sequence: 0,
    ...members,
    ...(nested.includes('context') && { context }),
    ...(nested.includes('user') && { user }),
  }));

describe('the rows of many events', () => {
  it('are the rows of each of them', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 5 }), (events) => {
        const bodies = events.map((one) => canonicalJson(one));
        assert.equal(rowsOf(bodies), bodies.map(eventCsvRow).join(''));
      }),
      { numRuns: 500 },
    );
  });

  it('are found without parsing when every cell can be copied', () => {
    const body =
      '{"action":"a;b","context":{"client_ip":"192.0.2.1","status":200},"details":{"l":[{"x":"}\\""}]},"error":"","sequence":7}';
    const whole = `"${body.replaceAll('"', '""')}"`;
    assert.equal(rowsOf([body, body]), `7,,,,"a;b",,,,,,,,,,192.0.2.1,200,,${whole}\r\n`.repeat(2));
  });

  it('refuse what is not an event, as a single row does', () => {
    for (const body of ['{"action":"a"', '{"action":a}', '{"a":1}}', '[', '']) {
      assert.throws(() => rowsOf(['{"action":"a"}', body]), SyntaxError, body);
    }
  });
});
