import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Acknowledgements } from '../../bench/soak/acknowledgements.ts';
import { Violation } from '../../bench/soak/problems.ts';

const receipt = (accepted: number, duplicates: number) => ({
  accepted,
  duplicates,
  firstSequence: 100,
  lastSequence: 99 + accepted + duplicates,
  checkpointSize: 100 + accepted + duplicates,
});

/** Ten events acknowledged, and a request with events 10 to 14 without an answer. */
function cut(): Acknowledgements {
  const tally = new Acknowledgements(1);
  tally.sending(0, { from: 0, to: 10 });
  tally.received(0, { from: 0, to: 10 }, receipt(10, 0));
  tally.sending(0, { from: 10, to: 15 });
  tally.unanswered(0, { from: 10, to: 15 });
  return tally;
}

describe('what the log can have of a producer', () => {
  it('is everything acknowledged, and a request without an answer as a whole or not at all', () => {
    for (const count of [10, 15]) cut().found(0, count);
    for (const count of [0, 9, 12, 16]) assert.throws(() => cut().found(0, count), Violation);
  });

  it('is what was found, from then on', () => {
    const tally = cut();
    tally.found(0, 15);
    assert.throws(() => tally.found(0, 10), Violation);
    assert.throws(() => tally.received(0, { from: 10, to: 15 }, receipt(5, 0)), /doubled/);
    tally.received(0, { from: 10, to: 15 }, receipt(0, 5));
    assert.equal(tally.acknowledged[0], 15);
  });
});

describe('a receipt', () => {
  const again = { from: 10, to: 18 };
  it('may find the request of before, or not, but no part of it', () => {
    for (const accepted of [8, 3]) {
      const tally = cut();
      tally.sending(0, again);
      tally.received(0, again, receipt(accepted, 8 - accepted));
      assert.equal(tally.acknowledged[0], 18);
    }
    for (const accepted of [0, 5]) {
      const tally = cut();
      tally.sending(0, again);
      assert.throws(() => tally.received(0, again, receipt(accepted, 8 - accepted)), /in part/);
    }
  });

  it('adds nothing that was acknowledged, and counts what was sent', () => {
    const old = { from: 2, to: 5 };
    cut().received(0, old, receipt(0, 3));
    assert.throws(() => cut().received(0, old, receipt(1, 2)), /although acknowledged before/);
    assert.throws(() => cut().received(0, old, receipt(0, 2)), /does not count 3 events/);
    const early = { ...receipt(0, 3), checkpointSize: 102 };
    assert.throws(() => cut().received(0, old, early), /A checkpoint without them/);
  });
});
