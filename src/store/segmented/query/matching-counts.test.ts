import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Facet, facetIndex } from '../../../core/facets.ts';
import type { Condition, Filter } from '../../../core/filter.ts';
import { runToCompletion } from '../../../core/pausable-work.ts';
import type { LogSlice } from '../log-slice.ts';
import { count } from './count.ts';
import { distinct } from './facet-counts.ts';
import { KnownAnswers } from './known-answers.ts';
import { allSequences } from './row-selections.ts';
import { selectPage } from './select-page.ts';

const texts: Partial<Record<Facet, readonly string[]>> = {
  action: ['', 'create', 'delete', 'read'],
  systemService: ['', 'annals', 'scheduler'],
};

/** Ten events: 3 create and 4 delete of users, 1 delete and 1 without an action of the scheduler, 1 create of annals. */
const slice: LogSlice = {
  log: 1,
  segment: 0,
  earliest: 100,
  latest: 200,
  range: { from: 0, to: 10 },
  lastRecordedAt: 200,
  bounds: () => ({ earliest: 100, latest: 200 }),
  get rowGroups(): never {
    throw new Error('looked at rows');
  },
  values: {
    sizeOf: (facet) => textsOf(facet).length,
    codesOf: (facet, value) => [textsOf(facet).indexOf(value)].filter((code) => code > 0),
    textsOf: (facet) => (code) => textsOf(facet)[code]!,
  },
  valueCounts: (facet) => {
    if (facet === facetIndex('traceId')) return undefined;
    const values = facet === facetIndex('action') ? [0, 1, 1, 2, 2] : [2, 0, 1, 0, 2];
    return {
      values,
      services: [2, 0, 1, 0, 2],
      counts: [1, 3, 1, 4, 1],
    };
  },
  events: () => [],
  lines: () => ({ rows: 0, bytes: new Uint8Array() }),
  leafHashes: () => [],
  node: () => undefined,
};

function textsOf(facet: number): readonly string[] {
  for (const [name, values] of Object.entries(texts)) {
    if (facetIndex(name as Facet) === facet) return values;
  }
  return ['', 'some'];
}

function condition(facet: Facet, ...values: string[]): Condition {
  return { facets: [facet], values };
}

const answersOf = (filter: Filter) => new KnownAnswers().of(1, filter, 1);
const counted = (filter: Filter) =>
  runToCompletion(count([slice], filter, allSequences, answersOf(filter)));
const listed = (filter: Filter) =>
  runToCompletion(selectPage([slice], { filter, order: 'desc', limit: 5 }, answersOf(filter)));
const valuesOf = (facet: Facet, filter: Filter) =>
  runToCompletion(distinct([slice], facet, filter, answersOf(filter)));

describe('a segment with value counts', () => {
  const action = (...values: string[]) => ({ conditions: [condition('action', ...values)] });
  const without = (...values: string[]) => ({
    conditions: [{ ...condition('action', ...values), negated: true }],
  });

  it('is counted without looking at its rows', () => {
    assert.equal(counted({}), 10);
    assert.equal(counted({ withoutSystemServices: 'all' }), 7);
    assert.equal(counted({ withoutSystemServices: ['annals'] }), 9);
    assert.equal(counted(action('delete')), 5);
    assert.equal(counted({ ...action('delete'), withoutSystemServices: 'all' }), 4);
    assert.equal(counted({ ...action('create', 'delete'), withoutSystemServices: ['annals'] }), 8);
    assert.equal(counted({ conditions: [{ ...condition('action'), orAbsent: true }] }), 1);
    assert.equal(counted({ conditions: [condition('systemService', 'scheduler')] }), 2);
    assert.equal(counted(without('delete')), 5);
    assert.equal(counted({ ...without('delete', 'read'), withoutSystemServices: 'all' }), 3);
    assert.equal(counted(without('unheard-of')), 10);
    assert.equal(
      counted({ conditions: [{ ...condition('action'), orAbsent: true, negated: true }] }),
      9,
    );
    const ofScheduler = condition('systemService', 'scheduler');
    assert.equal(counted({ conditions: [condition('action', 'delete'), ofScheduler] }), 1);
    assert.equal(counted({ from: 100, to: 201 }), 10);
  });

  it('gives the values of a facet without looking at its rows', () => {
    assert.deepEqual(valuesOf('action', { withoutSystemServices: 'all' }), [
      { value: 'delete', count: 4 },
      { value: 'create', count: 3 },
    ]);
    assert.deepEqual(valuesOf('action', action('delete')), [{ value: 'delete', count: 5 }]);
    assert.deepEqual(valuesOf('action', without('delete')), [{ value: 'create', count: 4 }]);
    assert.deepEqual(valuesOf('systemService', {}), [
      { value: 'scheduler', count: 2 },
      { value: 'annals', count: 1 },
    ]);
  });

  it('is skipped by a list when none of its events match', () => {
    assert.deepEqual(listed({ ...action('read') }), []);
    assert.deepEqual(listed({ ...action('read'), from: 150 }), []);
  });

  it('is looked through for everything else', () => {
    const looked = /looked at rows/;
    assert.throws(() => counted({ text: 'word' }), looked);
    assert.throws(() => counted({ withoutTexts: ['word'] }), looked);
    assert.throws(() => counted({ from: 150 }), looked);
    assert.throws(() => counted({ conditions: [condition('traceId', 'some')] }), looked);
    assert.throws(
      () => counted({ conditions: [condition('action', 'read'), condition('origin', 'some')] }),
      looked,
    );
    const either = { facets: ['action', 'origin'] as const, values: ['some', 'read'] };
    assert.throws(() => counted({ conditions: [either] }), looked);
    assert.throws(() => valuesOf('origin', action('delete')), looked);
    assert.throws(() => listed(action('delete')), looked);
  });
});
