import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newUlid, sequenceFromUlid, ulidOf, ulidPattern } from './ulid.ts';

const noon = Date.parse('2026-06-20T12:00:00Z') * 1_000;
const identity = { organisation: 'org-a', eventID: 'evt-1', sequence: 0, createdAt: noon };

test('any event has one ULID, from which its sequence can be read', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(2 ** 40 - 1), fc.integer(), (eventID, sequence, createdAt) => {
      fc.pre(!ulidPattern.test(eventID));
      const ulid = ulidOf({ ...identity, eventID, sequence, createdAt });
      assert.match(ulid, ulidPattern);
      assert.equal(sequenceFromUlid(ulid), sequence);
      assert.equal(ulidOf({ ...identity, eventID, sequence, createdAt }), ulid);
    }),
  );
});

test('an id that is a ULID is kept', () => {
  const eventID = '01JY5WYGR0AAAAAAAAAAAAAAAA';
  assert.equal(ulidOf({ ...identity, eventID }), eventID);
});

test('the same sequence and time in two organisations, or with two ids, give different ULIDs', () => {
  const ulid = ulidOf(identity);
  assert.notEqual(ulidOf({ ...identity, organisation: 'org-b' }), ulid);
  assert.notEqual(ulidOf({ ...identity, eventID: 'evt-2' }), ulid);
});

test('ULIDs sort by time, and those of one millisecond by their sequence', () => {
  const at = (micros: number, sequence: number) =>
    ulidOf({ ...identity, createdAt: noon + micros, sequence });
  const inOrder = [at(-1, 9), at(0, 1), at(999, 2), at(999, 33), at(1_000, 0)];
  assert.deepEqual(inOrder.toSorted(), inOrder);
});

test('time before 1970 has the first ULIDs', () => {
  assert.match(ulidOf({ ...identity, createdAt: -1 }), /^0000000000/);
});

test('a fresh ULID says the time, as the ULID specification writes it', () => {
  // The specification's example: 1469918176385 is 01ARYZ6S41.
  const ulid = newUlid(1_469_918_176_385_000, (bytes) => bytes.fill(31));
  assert.equal(ulid, '01ARYZ6S41ZZZZZZZZZZZZZZZZ');
});
