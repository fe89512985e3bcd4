import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Histogram } from '../../bench/soak/histogram.ts';
import { lifeMemory, memoryTrend } from '../../bench/soak/memory.ts';
import { PlaceOrder } from '../../bench/soak/walks.ts';

describe('a histogram', () => {
  it('knows quantiles within a few hundredths, of all and of what came since', () => {
    const histogram = new Histogram();
    for (let value = 1; value <= 1_000; value += 1) histogram.add(value);
    const before = histogram.copy();
    for (let value = 1; value <= 100; value += 1) histogram.add(value * 1_000);
    const near = (value: number, expected: number) =>
      assert.ok(Math.abs(value / expected - 1) < 0.03);
    near(before.quantile(0.5), 500);
    near(before.quantile(0.99), 990);
    near(histogram.since(before).quantile(0.5), 50_000);
    assert.ok(Number.isNaN(new Histogram().quantile(0.5)));
  });
});

describe('memory', () => {
  const life = (bytes: (age: number) => number, seconds = 60) =>
    lifeMemory(
      Array.from({ length: seconds }, (_, age) => ({ age, bytes: bytes(age) })),
      60,
    );

  it('of a life is settled at an age that all lives reach, and may grow from there', () => {
    const settled = life((age) => (age === 20 ? 900 : Math.min(age, 24) * 10));
    assert.deepEqual(settled, { peak: 900, settled: 240, growth: 0 });
    assert.equal(Math.round(life((age) => 100 + age).growth), 60);
    assert.deepEqual(
      life(() => 5, 10),
      { peak: 5, settled: undefined, growth: 0 },
    );
  });

  it('is level when the last lives need little more than the first, and not when they grow', () => {
    const lives = (grow: number) =>
      Array.from({ length: 9 }, (_, directory) => life((age) => 1_000 + age + directory * grow));
    assert.equal(memoryTrend(lives(10))?.level, true);
    const grown = memoryTrend(lives(60))!;
    assert.equal(grown.level, false);
    assert.equal(Math.round(grown.growthPerLife), 60);
    assert.equal(memoryTrend(lives(60).slice(0, 4)), undefined);
  });
});

describe('the order of lists', () => {
  it('is by time and then by sequence, and never the same directory twice', () => {
    const ascending = () => {
      const order = new PlaceOrder('ascending');
      order.see('2026-06-20T08:00:00.000000Z', 5);
      return order;
    };
    ascending().see('2026-06-20T08:00:00.000000Z', 6);
    ascending().see('2026-06-20T08:00:00.000001Z', 1);
    for (const sequence of [4, 5]) {
      assert.throws(() => ascending().see('2026-06-20T08:00:00.000000Z', sequence));
    }
    assert.throws(() => ascending().see('2026-06-20T07:59:59.999999Z', 6));
    const descending = new PlaceOrder('descending');
    descending.see('2026-06-20T08:00:00.000000Z', 5);
    descending.see('2026-06-20T08:00:00.000000Z', 4);
    assert.throws(() => descending.see('2026-06-20T08:00:00.000000Z', 4));
  });
});
