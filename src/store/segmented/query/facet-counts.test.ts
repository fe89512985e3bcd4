import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { PausableWork } from '../../../core/pausable-work.ts';
import type { LogSlice } from '../log-slice.ts';
import { facetCounts } from './facet-counts.ts';
import { KnownAnswers } from './known-answers.ts';

function resultOf<T>(work: PausableWork<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** A slice whose events have so many values with so many characters, one each, and one event without. */
function sliceWith(values: number, characters: number): LogSlice {
  const codes = Array.from({ length: values + 1 }, (_, code) => code);
  const bounds = { earliest: 0, latest: 0 };
  return {
    log: 1,
    segment: 0,
    ...bounds,
    bounds: () => bounds,
    range: { from: 0, to: values + 1 },
    values: {
      sizeOf: () => values + 1,
      codesOf: () => [],
      textsOf: () => (code: number) => `${code}`.padEnd(characters, 'x'),
    },
    valueCounts: () => ({
      values: codes,
      services: codes.map(() => 0),
      counts: codes.map(() => 1),
    }),
  } as unknown as LogSlice;
}

it('values that are few and together very long are not kept, nor are their counts', () => {
  const counts = (values: number) =>
    resultOf(
      facetCounts(
        [sliceWith(values, 60_000)],
        { facets: ['clientIp'], filter: {}, limit: 1, maxDistinct: 100_000 },
        new KnownAnswers().of(1, {}, 1),
      ),
    );
  const some = counts(100);
  assert.deepEqual(
    [some.total, some.facets[0]?.distinct, some.facets[0]?.values.length],
    [101, 100, 1],
  );
  assert.deepEqual(counts(600), { total: 601, facets: [{ values: [], absent: 1 }] });
});
