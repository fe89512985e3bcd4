import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { idOf, timeOf, vendorKinds } from './events.fixture.ts';
import { randomHistory } from './history.fixture.ts';
import { instant } from './instant.fixture.ts';
import { defaultWindow, randomEvents } from './random-events.fixture.ts';

for (const kind of vendorKinds) {
  describe(`random ${kind} histories`, () => {
    const timesOf = (events: readonly Record<string, unknown>[]) =>
      events.map((event) => timeOf(kind, event));

    test('are the same for the same seed and differ for another', () => {
      const options = { count: 50, arrivals: 5, late: 5, forgotten: 0.2, strange: 0.5 };
      assert.deepEqual(randomHistory(kind, 7, options), randomHistory(kind, 7, options));
      assert.notDeepEqual(randomHistory(kind, 7, options), randomHistory(kind, 8, options));
    });

    test('have ids that differ and times within the window', () => {
      const { events } = randomHistory(kind, 1, { count: 2000, edges: 0.5, digits: [0, 3, 9] });
      assert.equal(new Set(events.map((event) => idOf(kind, event))).size, 2000);
      for (const at of timesOf(events)) {
        assert.ok(at >= instant(defaultWindow.from) && at < instant(defaultWindow.to));
      }
    });

    test('have as many events at one instant as configured', () => {
      const events = randomEvents(kind, 2, 300, { tieBlock: 120, ties: 0 });
      const [tied] = timesOf(events);
      assert.equal(timesOf(events).filter((at) => at === tied).length, 120);
      assert.equal(new Set(timesOf(events)).size, 181);
    });

    test('have events on the first instant of a day and one tick beside it', () => {
      const times = timesOf(randomEvents(kind, 3, 400, { edges: 1, digits: [6] }));
      const day = instant('2026-06-02T00:00:00Z') - instant('2026-06-01T00:00:00Z');
      assert.deepEqual(new Set(times.map((at) => at % day)), new Set([0n, 1000n, day - 1000n]));
      assert.ok(times.includes(instant(defaultWindow.from)), 'the first instant of all');
      assert.ok(times.includes(instant(defaultWindow.to) - 1000n), 'the last instant of all');
    });

    test('are written with the configured digits', () => {
      const digits = [0, 3, 6, 9];
      const events = randomEvents(kind, 4, 200, { digits, ties: 0.5 });
      const written = events.map((event) => /\.(\d+)Z/.exec(JSON.stringify(event))?.[1]?.length);
      assert.deepEqual(new Set(written.map((length) => length ?? 0)), new Set(digits));
    });

    test('spell one instant in different ways', () => {
      const options = { digits: [0, 6], tieBlock: 40, offsets: true };
      const events = randomEvents(kind, 5, 40, options);
      assert.equal(new Set(timesOf(events)).size, 1);
      const spellings = events.map((event) => event.createdAt ?? event.time ?? event.created_at);
      assert.ok(new Set(spellings).size > 1);
    });

    test('let events arrive in time order after the window, and late ones within it', () => {
      const { changes } = randomHistory(kind, 6, { arrivals: 30, late: 20, withinRequests: 4 });
      const arrived = changes.flatMap(({ arrive = [] }) => arrive);
      const end = instant(defaultWindow.to);
      const fresh = timesOf(arrived).filter((at) => at >= end);
      assert.equal(fresh.length, 30);
      assert.equal(arrived.length, 50);
      assert.deepEqual(
        fresh,
        fresh.toSorted((a, b) => Number(a - b)),
      );
      for (const { afterRequest } of changes) assert.ok(afterRequest >= 1 && afterRequest <= 4);
    });

    test('forget the oldest share', () => {
      const { events, changes } = randomHistory(kind, 7, { count: 90, ties: 0, forgotten: 0.5 });
      const limits = changes.map(({ forgetBefore }) => instant(String(forgetBefore)));
      const gone = timesOf(events).filter((at) => limits.some((limit) => at < limit));
      assert.equal(gone.length, 45);
    });

    test('have strange events only when configured', () => {
      const plain = randomEvents(kind, 8, 50);
      const strange = randomEvents(kind, 8, 50, { strange: 1 });
      assert.ok(plain.every((event) => !('nested' in event)));
      assert.ok(strange.every((event) => 'nested' in event));
      assert.match(JSON.stringify(strange), /quantum.teleport|"resize"|FOLD_SPACE/);
      assert.doesNotMatch(JSON.stringify(plain), /quantum.teleport|"resize"|FOLD_SPACE/);
    });

    test('can have events without an id, which differ in their content', () => {
      const events = randomEvents(kind, 9, 50, { withoutId: 1 });
      assert.ok(events.every((event) => idOf(kind, event) === JSON.stringify(event)));
      assert.equal(new Set(events.map((event) => idOf(kind, event))).size, 50);
    });
  });
}

test('the payload of CockroachDB events is text, an object, or now this and now that', () => {
  const forms = (payload: 'text' | 'object' | 'mixed') =>
    new Set(randomEvents('cockroachdb', 1, 40, { payload }).map((event) => typeof event.payload));
  assert.deepEqual(forms('text'), new Set(['string']));
  assert.deepEqual(forms('object'), new Set(['object']));
  assert.deepEqual(forms('mixed'), new Set(['string', 'object']));
});
