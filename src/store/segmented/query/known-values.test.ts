import assert from 'node:assert/strict';
import { it } from 'node:test';
import { KnownValuesCache } from './known-values.ts';

const counted = (segments: number[], ...counts: [string, number][]) => ({
  segments: new Set(segments),
  counts: new Map(counts),
});

it('values are known as the first of several questions counted them', () => {
  const memory = new KnownValuesCache();
  const known = memory.of(7, 'action', {});
  const before = known!.counted;
  known!.keep(before, counted([0, 1], ['GET', 3]));
  known!.keep(before, counted([0], ['GET', 2]));
  assert.deepEqual(memory.of(7, 'action', {})?.counted, counted([0, 1], ['GET', 3]));
  assert.deepEqual(memory.of(8, 'action', {})?.counted, counted([]));
  assert.deepEqual(memory.of(7, 'origin', {})?.counted, counted([]));
  assert.equal(memory.of(7, 'action', { from: 5 }), undefined);
  memory.clear();
  assert.deepEqual(memory.of(7, 'action', {})?.counted, counted([]));
});

it('values that take much room are not kept', () => {
  const known = new KnownValuesCache().of(7, 'traceId', {})!;
  const before = known.counted;
  known.keep(
    before,
    counted([0], ...Array.from({ length: 5_000 }, (_, n) => [`trace-${n}`, 1] as [string, number])),
  );
  assert.equal(known.counted, before);
});
