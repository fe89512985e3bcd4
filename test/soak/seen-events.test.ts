import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { defaultPlan } from '../../bench/soak/plan.ts';
import { Violation } from '../../bench/soak/problems.ts';
import { type Counts, type Direction, SeenEvents } from '../../bench/soak/seen-events.ts';
import {
  countBefore,
  createdAtOf,
  eventIDOf,
  numberOf,
  planStreams,
  type Stream,
} from '../../bench/soak/streams.ts';
import { minute, second } from '../../src/core/micros.ts';
import type { Window } from '../../src/core/window.ts';

const begin = 1_781_942_400 * second;
const plan = { ...defaultPlan, seconds: 60, eventsPerSecond: 40, producers: 8, organisations: 1 };
const streams = planStreams(plan, begin);

/** A log that holds the beginnings of all streams, as a reader of a window would be shown it. */
function shown(counts: readonly number[], window: Window, direction: Direction): string[] {
  const events = streams.flatMap((stream) =>
    Array.from({ length: counts[stream.producer]! }, (_, number) => ({
      at: createdAtOf(stream, number),
      id: eventIDOf(stream, number),
    })),
  );
  const within = events.filter(({ at }) => at >= window.from && at < window.to);
  within.sort((one, other) => one.at - other.at);
  if (direction === 'descending') within.reverse();
  return within.map(({ id }) => id);
}

function read(ids: readonly string[], window: Window, direction: Direction, counts: Counts): void {
  const sightings = new SeenEvents(streams, window, direction);
  for (const id of ids) sightings.see(id);
  sightings.complete(counts, counts);
}

const logs = fc.record({
  counts: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 8, maxLength: 8 }),
  // Now, and an hour ago, where the events of those who import lie.
  from: fc.integer({ min: -5, max: 10 }).chain((from) => fc.constantFrom(from, from - 3_600)),
  seconds: fc.integer({ min: 1, max: 20 }),
  direction: fc.constantFrom<Direction>('ascending', 'descending'),
});

const windowOf = ({ from, seconds }: { from: number; seconds: number }): Window => ({
  from: begin + from * second,
  to: begin + (from + seconds) * second,
});

describe('what a reader was shown', () => {
  it('is right when it is the window, whatever the window and the direction', () => {
    fc.assert(
      fc.property(logs, ({ counts, direction, ...bounds }) => {
        const window = windowOf(bounds);
        read(shown(counts, window, direction), window, direction, Float64Array.from(counts));
      }),
    );
  });

  it('is wrong when an event is missing, doubled, or stands elsewhere', () => {
    const places = fc.tuple(fc.nat(), fc.nat());
    const faults = fc.constantFrom('missing', 'doubled', 'swapped');
    fc.assert(
      fc.property(logs, places, faults, ({ counts, direction, ...bounds }, [one, two], fault) => {
        const window = windowOf(bounds);
        const ids = shown(counts, window, direction);
        fc.pre(ids.length > 0);
        const directory = one % ids.length;
        const other = two % ids.length;
        const [id, swapped] = [ids[directory]!, ids[other]!];
        if (fault === 'missing') ids.splice(directory, 1);
        else if (fault === 'doubled') ids.splice(other, 0, id);
        else {
          // Only the order of one producer's events says anything here.
          fc.pre(directory !== other && numberOf(id)?.producer === numberOf(swapped)?.producer);
          [ids[directory], ids[other]] = [swapped, id];
        }
        assert.throws(() => read(ids, window, direction, Float64Array.from(counts)), Violation);
      }),
    );
  });

  it('may lack what was not acknowledged, and never has what was not sent', () => {
    const window = { from: begin, to: begin + minute };
    const [acknowledged, sent] = [new Float64Array(8).fill(10), new Float64Array(8).fill(12)];
    const seeing = (count: number) => {
      const sightings = new SeenEvents(streams, window);
      for (const id of shown(new Array(8).fill(count), window, 'ascending')) sightings.see(id);
      return () => sightings.complete(acknowledged, sent);
    };
    for (const count of [10, 11, 12]) seeing(count)();
    assert.throws(seeing(9), /events 0 to 9 were acknowledged and must be there; seen was 0 to 8/);
    assert.throws(seeing(13), /only 12 events were sent; seen was 12/);
    assert.throws(() => new SeenEvents(streams, window).see('evt-9-0'), /nobody sent/);
    assert.throws(() => new SeenEvents(streams.slice(1), window).see('evt-0-0'), /nobody sent/);
  });
});

describe('the events of a stream', () => {
  it('say by their ids whose they are, and lie in a window by their times', () => {
    const stream = fc.constantFrom<Stream>(...streams);
    fc.assert(
      fc.property(stream, fc.nat(1e9), (of, number) => {
        assert.deepEqual(numberOf(eventIDOf(of, number)), { producer: of.producer, number });
        const at = createdAtOf(of, number);
        assert.deepEqual([countBefore(of, at), countBefore(of, at + 1)], [number, number + 1]);
      }),
    );
  });
});
