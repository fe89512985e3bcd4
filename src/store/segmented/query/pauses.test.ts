import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PausableWork } from '../../../core/pausable-work.ts';
import type { LogSlice, RowGroup } from '../log-slice.ts';
import { count, distinct } from './count.ts';
import { KnownCounts } from './known-counts.ts';
import { allSequences } from './row-selections.ts';
import { selectPage } from './select-page.ts';

/** Segments of ten events each, one after the other in time, that note who looks at their tallies and rows. */
function segments(length: number): {
  stretches: LogSlice[];
  told: Set<number>;
  opened: Set<number>;
} {
  const told = new Set<number>();
  const opened = new Set<number>();
  const stretches = Array.from({ length }, (_, segment): LogSlice => {
    const bounds = { earliest: segment * 100, latest: segment * 100 + 90 };
    const range = { from: segment * 10, to: segment * 10 + 10 };
    const part: RowGroup = {
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
      texts: () => ({ bytes: Buffer.alloc(0), start: 0, ends: new Uint32Array(10) }),
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
        return [part];
      },
      values: { sizeOf: () => 2, codesOf: () => [1], textsOf: () => () => 'some' },
      valueCounts: () => {
        told.add(segment);
        return { values: [1], services: [0], counts: [10] };
      },
      events: () => [],
      lines: () => ({ rows: 0, bytes: new Uint8Array() }),
      leafHashes: () => [],
      node: () => undefined,
    };
  });
  return { stretches, told, opened };
}

function stepsOf<T>(work: PausableWork<T>): number {
  let steps = 1;
  while (work.next().done !== true) steps += 1;
  return steps;
}

const filter = { conditions: [{ facets: ['action' as const], values: ['some'] }] };

describe('a question to many segments', () => {
  it('can pause at each of them, also where none of its rows is looked at', () => {
    const { stretches } = segments(50);
    assert.ok(stepsOf(count(stretches, filter, allSequences, new KnownCounts(50))) > 50);
    assert.ok(stepsOf(distinct(stretches, 'action', filter, undefined)) > 50);
  });

  it('is done with a page once it is full, and asks no further segment', () => {
    const { stretches, told, opened } = segments(50);
    const query = { filter, order: 'desc', limit: 10 } as const;
    stepsOf(selectPage(stretches, query, new KnownCounts(50)));
    assert.deepEqual([...opened], [49]);
    assert.deepEqual([...told], [49]);
  });
});
