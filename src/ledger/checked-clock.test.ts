import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { day, hour, type Micros, parseDay } from '../core/micros.ts';
import { type CheckedClockOptions, checkedClock } from './checked-clock.ts';

const at = (text: string) => parseDay(text)!;

/** A checked clock whose world the test sets. */
function opened(start: Micros, options: Partial<CheckedClockOptions> = {}) {
  const world = { now: start, up: 5 * day };
  const read = checkedClock({
    clock: () => world.now,
    uptime: () => world.up,
    lastRecorded: 0,
    maxJump: day,
    ...options,
  });
  return { world, read };
}

describe('a checked clock', () => {
  it('follows a server that idles for weeks, and one that is set by hours', () => {
    const { world, read } = opened(at('2026-06-01'));
    for (const [step, up] of [
      [hour, 0],
      [20 * day, 20 * day],
      [-9 * day, 0],
      [9 * day, hour],
    ] as const) {
      world.now += step;
      world.up += up;
      assert.equal(read(), world.now);
    }
  });

  it('is refused while it is ahead by more than the jump, and taken again afterwards', () => {
    const { world, read } = opened(at('2026-06-01'));
    world.now += 30 * day;
    for (let twice = 0; twice < 2; twice += 1) {
      assert.throws(read, { code: 'unavailable', message: /clock .+ went ahead to 2026-07-01T/ });
    }
    world.now = at('2026-06-01') + hour;
    assert.equal(read(), world.now);
    world.now = at('1999-12-31');
    assert.throws(read, { code: 'unavailable', message: /clock of this machine says 1999-12-31/ });
  });

  it('is refused at the start outside of 2000 to 2250, and a year after the last event unless accepted', () => {
    for (const year of ['1999-12-31', '2250-01-01']) {
      assert.throws(() => opened(at(year)), {
        code: 'invalid',
        message: /cannot be right: set it$/,
      });
    }
    const lastRecorded = at('2026-06-01');
    opened(at('2027-05-30'), { lastRecorded });
    const late = at('2027-06-05') + hour;
    assert.throws(() => opened(late, { lastRecorded }), {
      code: 'invalid',
      message: /last event was recorded \(2026-06-01T.+ --accept-clock 2027-06-05$/,
    });
    const acceptedUntil = at('2027-06-05') + day;
    const { read } = opened(late, { lastRecorded, acceptedUntil });
    assert.equal(read(), late);
  });
});
