import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PausableWork } from '../../../core/pausable-work.ts';
import type { LogSlice, RowGroup } from '../log-slice.ts';
import { count } from './count.ts';
import { distinct } from './facet-counts.ts';
import { histogram } from './histogram.ts';
import { KnownAnswers } from './known-answers.ts';
import { allSequences } from './row-selections.ts';
import { scanPage } from './scan.ts';
import { selectPage } from './select-page.ts';

/** Slices of ten events each, one after the other in time. They note whose value counts and rows are looked at. */
function createSlices(length: number): {
  slices: LogSlice[];
  counted: Set<number>;
  opened: Set<number>;
} {
  const counted = new Set<number>();
  const opened = new Set<number>();
  const slices = Array.from({ length }, (_, segment): LogSlice => {
    const bounds = { earliest: segment * 100, latest: segment * 100 + 90 };
    const range = { from: segment * 10, to: segment * 10 + 10 };
    const rowGroup: RowGroup = {
      ...bounds,
      rows: 10,
      firstRow: 0,
      range,
      logs: undefined,
      sequences: undefined,
      createdAt: () => Float64Array.from({ length: 10 }, (_, row) => segment * 100 + row * 10),
      recordedAt: () => new Float64Array(10),
      codes: () => new Uint8Array(10).fill(1),
      mayContain: () => true,
      textBlocks: () => [],
    };
    return {
      ...bounds,
      log: 1,
      segment,
      range,
      lastRecordedAt: bounds.latest,
      bounds: () => bounds,
      get rowGroups() {
        opened.add(segment);
        return [rowGroup];
      },
      values: { sizeOf: () => 2, codesOf: () => [1], textsOf: () => () => 'some' },
      valueCounts: () => {
        counted.add(segment);
        return { values: [1], services: [0], counts: [10] };
      },
      events: () => [],
      lines: () => ({ rows: 0, bytes: new Uint8Array() }),
      leafHashes: () => [],
      node: () => undefined,
    };
  });
  return { slices, counted, opened };
}

function stepsOf<T>(work: PausableWork<T>): number {
  let steps = 1;
  while (work.next().done !== true) steps += 1;
  return steps;
}

const filter = { conditions: [{ facets: ['action' as const], values: ['some'] }] };

const createAnswers = () => new KnownAnswers().of(1, filter, 50);

describe('a query of many segments', () => {
  it('can pause at each of them, even if none of its rows is looked at', () => {
    const { slices } = createSlices(50);
    assert.ok(stepsOf(count(slices, filter, allSequences, createAnswers())) > 50);
    assert.ok(stepsOf(distinct(slices, 'action', filter, createAnswers())) > 50);
  });

  it('can pause at each row group, even if none of its rows matches', () => {
    const [slice] = createSlices(1).slices;
    const [rowGroup] = slice!.rowGroups;
    const large = { ...slice!, rowGroups: new Array<RowGroup>(50).fill(rowGroup!) };
    const nowhere = { text: 'nowhere' };
    const range = { from: 0, to: 100 };
    const histogramQuery = { filter: nowhere, start: 0, width: 50, buckets: 2 };
    assert.ok(stepsOf(count([large], nowhere, allSequences, createAnswers())) > 50);
    assert.ok(stepsOf(distinct([large], 'action', nowhere, createAnswers())) > 50);
    assert.ok(stepsOf(histogram([large], histogramQuery)) > 50);
    assert.ok(stepsOf(scanPage([large], range, nowhere)) > 50);
  });

  it('ends with a page once it is full, and looks at no other segment', () => {
    const { slices, counted, opened } = createSlices(50);
    stepsOf(selectPage(slices, { filter, order: 'desc', limit: 10 }, createAnswers()));
    assert.deepEqual([...opened], [49]);
    assert.deepEqual([...counted], [49]);
  });
});
