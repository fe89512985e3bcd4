import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LogSlice } from '../log-slice.ts';
import { KnownAnswers } from './known-answers.ts';

const sealed = (segment: number) => ({ segment }) as LogSlice;
const unsealed = { segment: undefined } as LogSlice;
const counted = (segments: number[], ...counts: [string, number][]) => ({
  segments: new Set(segments),
  counts: new Map(counts),
});
const text = { text: 'vault' };

describe('known answers', () => {
  it('are counts by segment, log and filter, whatever the window', () => {
    const known = new KnownAnswers();
    const answers = known.of(7, text, 3);
    answers.keepCount(sealed(0), 0);
    answers.keepCount(sealed(2), 41);
    const later = known.of(7, { ...text, from: 5, to: 9 }, 3);
    assert.deepEqual(
      [0, 1, 2, 3].map((segment) => later.countOf(sealed(segment))),
      [0, undefined, 41, undefined],
    );
    assert.equal(known.of(8, text, 3).countOf(sealed(2)), undefined);
    assert.equal(known.of(7, {}, 3).countOf(sealed(2)), undefined);
  });

  it('stay when there are more segments', () => {
    const known = new KnownAnswers();
    known.of(7, text, 1).keepCount(sealed(0), 5);
    known.of(7, text, 1).keepValues('action', counted([0], ['GET', 5]));
    const later = known.of(7, text, 1_000);
    later.keepCount(sealed(999), 6);
    assert.deepEqual(
      [0, 999].map((segment) => later.countOf(sealed(segment))),
      [5, 6],
    );
    assert.deepEqual(later.valuesOf('action'), counted([0], ['GET', 5]));
  });

  it('are not those of a segment that still takes events', () => {
    const answers = new KnownAnswers().of(7, {}, 3);
    answers.keepCount(unsealed, 5);
    assert.equal(answers.countOf(unsealed), undefined);
  });

  it('are counts of the first rows of such a segment, until it is sealed', () => {
    const known = new KnownAnswers();
    const active = { segment: undefined, unsealed: 3 } as LogSlice;
    known.of(7, text, 3).keepCountedRows(active, { rows: 4_096, count: 12 });
    const later = known.of(7, { ...text, from: 5 }, 3);
    assert.deepEqual(later.countedRowsOf(active), { rows: 4_096, count: 12 });
    assert.deepEqual(known.of(7, {}, 3).countedRowsOf(active), { rows: 0, count: 0 });
    later.keepCount(sealed(3), 20);
    assert.deepEqual(later.countedRowsOf(active), { rows: 0, count: 0 });
  });

  it('are values by log, filter and facet, beside the counts', () => {
    const known = new KnownAnswers();
    const answers = known.of(7, text, 3);
    answers.keepCount(sealed(1), 9);
    answers.keepValues('action', counted([0, 1], ['GET', 3]));
    answers.keepValues('origin', counted([0]));
    const later = known.of(7, text, 3);
    assert.deepEqual(later.valuesOf('action'), counted([0, 1], ['GET', 3]));
    assert.deepEqual(later.valuesOf('origin'), counted([0]));
    assert.deepEqual(later.valuesOf('outcome'), counted([]));
    assert.equal(later.countOf(sealed(1)), 9);
    assert.deepEqual(known.of(8, text, 3).valuesOf('action'), counted([]));
    assert.deepEqual(known.of(7, {}, 3).valuesOf('action'), counted([]));
  });

  it('are not values that take much room', () => {
    const answers = new KnownAnswers().of(7, {}, 3);
    const many = Array.from({ length: 5_000 }, (_, n) => [`trace-${n}`, 1] as [string, number]);
    answers.keepValues('traceId', counted([0], ['trace', 1]));
    answers.keepValues('traceId', counted([0, 1], ...many));
    assert.deepEqual(answers.valuesOf('traceId'), counted([0], ['trace', 1]));
  });

  it('take so much memory and no more: what was used longest ago is forgotten', () => {
    const known = new KnownAnswers();
    const some = Array.from({ length: 1_000 }, (_, n) => [`value-${n}`, 1] as [string, number]);
    const keep = (log: number) => known.of(log, {}, 3).keepValues('action', counted([0], ...some));
    const isKnown = (log: number) => known.of(log, {}, 3).valuesOf('action').segments.size > 0;
    keep(0);
    for (let log = 1; log < 200; log += 1) {
      keep(log);
      assert.ok(isKnown(0), `${log}`);
    }
    assert.ok(isKnown(199));
    assert.ok(!isKnown(1));
  });
});
