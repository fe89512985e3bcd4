import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ValueMemory } from './known-values.ts';

const counted = (segments: number[], ...counts: [string, number][]) => ({
  segments: new Set(segments),
  counts: new Map(counts),
});

it('values are known as the first of several questions counted them', () => {
  const memory = new ValueMemory();
  const known = memory.of(7, 'action', {});
  const before = known!.known;
  known!.keep(before, counted([0, 1], ['GET', 3]));
  known!.keep(before, counted([0], ['GET', 2]));
  assert.deepEqual(memory.of(7, 'action', {})?.known, counted([0, 1], ['GET', 3]));
  assert.deepEqual(memory.of(8, 'action', {})?.known, counted([]));
  assert.deepEqual(memory.of(7, 'origin', {})?.known, counted([]));
  assert.equal(memory.of(7, 'action', { from: 5 }), undefined);
  memory.clear();
  assert.deepEqual(memory.of(7, 'action', {})?.known, counted([]));
});

it('values that take much room are not kept', () => {
  const known = new ValueMemory().of(7, 'traceId', {})!;
  const before = known.known;
  known.keep(
    before,
    counted([0], ...Array.from({ length: 5_000 }, (_, n) => [`trace-${n}`, 1] as [string, number])),
  );
  assert.equal(known.known, before);
});
