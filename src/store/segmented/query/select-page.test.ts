import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runToCompletion } from '../../../core/pausable-work.ts';
import type { ListQuery } from '../../event-store.ts';
import type { LogSlice, RowGroup } from '../log-slice.ts';
import { type FilterAnswers, KnownAnswers } from './known-answers.ts';
import { selectPage } from './select-page.ts';

/** A row group of one event, whose text contains "vault" or not. */
function createRowGroup(sequence: number, createdAt: number, hasVault: boolean): RowGroup {
  const text = hasVault ? 'vault' : '';
  return {
    rows: 1,
    firstRow: 0,
    earliest: createdAt,
    latest: createdAt,
    range: { from: sequence, to: sequence + 1 },
    logs: undefined,
    sequences: undefined,
    createdAt: () => Float64Array.of(createdAt),
    recordedAt: () => Float64Array.of(createdAt),
    codes: () => new Uint8Array(1),
    mayContain: () => true,
    textBlocks: () => [
      { firstRow: 0, bytes: Buffer.from(text), start: 0, ends: Uint32Array.of(text.length) },
    ],
  };
}

/** A slice with such row groups, one after the other in time, and how often it was opened. */
function createSlice(segment: number, first: number, vaults: boolean[]) {
  const [earliest, latest] = [first, first + vaults.length - 1];
  const firstSequence = segment * 100;
  return {
    log: 1,
    segment,
    earliest,
    latest,
    range: { from: firstSequence, to: firstSequence + vaults.length },
    lastRecordedAt: latest,
    bounds: () => ({ earliest, latest }),
    opened: 0,
    get rowGroups() {
      this.opened += 1;
      return vaults.map((hasVault, nth) =>
        createRowGroup(firstSequence + nth, first + nth, hasVault),
      );
    },
    values: { sizeOf: () => 1, codesOf: () => [], textsOf: () => () => '' },
    valueCounts: () => undefined,
    events: () => [],
    lines: () => ({ rows: 0, bytes: new Uint8Array() }),
    leafHashes: () => [],
    node: () => undefined,
  } satisfies LogSlice & { opened: number };
}

const filter = { text: 'vault' };

function select(
  slices: readonly LogSlice[],
  answers: FilterAnswers,
  query: Partial<ListQuery> = {},
): number {
  const page = { filter, order: 'asc', limit: 1_000, ...query } as const;
  const batches = runToCompletion(selectPage(slices, page, answers));
  return batches.reduce((sum, { length }) => sum + length, 0);
}

const createAnswers = () => new KnownAnswers().of(1, filter, 3);

describe('a slice', () => {
  it('without a match is not looked through again', () => {
    const slices = [createSlice(0, 0, [false, false]), createSlice(1, 10, [false, true])];
    const answers = createAnswers();
    assert.equal(select(slices, answers), 1);
    assert.equal(select(slices, answers), 1);
    assert.deepEqual(
      slices.map(({ opened }) => opened),
      [1, 2],
    );
    assert.deepEqual(
      slices.map((slice) => answers.countOf(slice)),
      [0, undefined],
    );
  });

  it('of which only some row groups were visited is looked through again', () => {
    const slices = [
      createSlice(0, 0, [false, false, false, false, true]),
      createSlice(1, 1, [true, true, true, true]),
      createSlice(2, 3, [true, true, true]),
    ];
    for (let limit = 1; limit < 8; limit += 1) {
      const answers = createAnswers();
      assert.equal(select(slices, answers, { limit }), limit);
      assert.equal(select(slices, answers), 8, `after a page of ${limit}`);
    }
  });

  it('of which the window, the snapshot or the position left out something is looked through again', () => {
    for (const query of [
      { filter: { ...filter, to: 1 } },
      { snapshot: 1 },
      { after: { createdAt: 1, sequence: 1 } },
    ]) {
      const slices = [createSlice(0, 0, [false, true])];
      const answers = createAnswers();
      assert.equal(select(slices, answers, query), 0);
      assert.equal(select(slices, answers), 1);
    }
    const first = [createSlice(0, 0, [true, false])];
    const answers = createAnswers();
    assert.equal(select(first, answers, { after: { createdAt: 0, sequence: 0 } }), 0);
    assert.equal(select(first, answers), 1);
  });
});
