import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { facetIndex, facets } from '../../../core/facets.ts';
import {
  type CodedColumn,
  countValues,
  decodeValueCounts,
  facetValueCounts,
} from './value-counts.ts';

const service = facetIndex('systemService');

/** Counts of a facet in logs with so many rows, by number of the log. All facets but the services have this column. */
function countsByLog(
  facet: number,
  column: CodedColumn,
  services: CodedColumn,
  logs: readonly number[],
) {
  let firstRow = 0;
  const spans = logs.map((rows, number) => {
    const span = { number, firstRow, rows };
    firstRow += rows;
    return span;
  });
  const columns = facets.map((_, index) => (index === service ? services : column));
  return new Map(
    countValues(columns, spans).map(({ log, block }) => [
      log,
      decodeValueCounts(facetValueCounts(block, facet)),
    ]),
  );
}

function coded(codes: readonly number[], size: number): CodedColumn {
  return { codes: Uint16Array.from(codes), size };
}

describe('value counts of a facet', () => {
  const action = facetIndex('action');

  it('say how often each value occurs with each service, for each log', () => {
    const row = fc.record({ code: fc.nat(20), service: fc.nat(2) });
    const log = fc.array(row, { minLength: 256, maxLength: 400, size: 'max' });
    fc.assert(
      fc.property(fc.array(log, { minLength: 1, maxLength: 4 }), (logs) => {
        const rows = logs.flat();
        const column = coded(
          rows.map(({ code }) => code),
          21,
        );
        const services = coded(
          rows.map((each) => each.service),
          3,
        );
        const lengths = logs.map(({ length }) => length);
        const counts = countsByLog(action, column, services, lengths);
        for (const [number, ofLog] of logs.entries()) {
          const expected = new Map<number, number>();
          for (const each of ofLog) {
            const pair = each.code * 3 + each.service;
            expected.set(pair, (expected.get(pair) ?? 0) + 1);
          }
          const found = counts.get(number)!;
          assert.deepEqual(
            found.values.map((value, n) => [value * 3 + found.services[n]!, found.counts[n]!]),
            [...expected].sort(([a], [b]) => a - b),
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  it('are left out for a log with few events, with many values, or with one for every few events', () => {
    const many = Array.from({ length: 1_025 * 4 }, (_, row) => row % 1_025);
    const most = Array.from({ length: 1_024 * 4 }, (_, row) => row % 1_024);
    const some = Array.from({ length: 400 }, (_, row) => row % 101);
    const same = Array.from({ length: 300 }, () => 300);
    const few = Array.from({ length: 255 }, () => 300);
    const logs = [same, many, most, some, few, same];
    const column = coded(logs.flat(), 1_025);
    const services = coded(new Array(column.codes.length).fill(0), 1);
    const lengths = logs.map(({ length }) => length);
    const counts = countsByLog(facetIndex('traceId'), column, services, lengths);
    assert.deepEqual([...counts.keys()], [0, 1, 2, 3, 5]);
    assert.deepEqual(counts.get(0), { values: [300], services: [0], counts: [300] });
    assert.equal(counts.get(1), undefined);
    assert.deepEqual(counts.get(2)!.counts, new Array(1_024).fill(4));
    assert.equal(counts.get(3), undefined);
    assert.deepEqual(counts.get(5), counts.get(0));
  });

  it('are left out where values and services could make too many pairs', () => {
    const codes = new Array(300).fill(1);
    const counts = countsByLog(action, coded(codes, 60_000), coded(codes, 60_000), [300]);
    assert.deepEqual([...counts], [[0, undefined]]);
  });

  it('are copied out of their block, and do not keep it in memory', () => {
    const codes = new Array(300).fill(1);
    const columns = facets.map(() => coded(codes, 2));
    const [counts] = countValues(columns, [{ number: 7, firstRow: 0, rows: 300 }]);
    const bytes = facetValueCounts(counts!.block, action);
    assert.ok(bytes.length > 0);
    assert.equal(bytes.buffer.byteLength, bytes.length);
    assert.equal(
      facetValueCounts(counts!.block, facets.length).length,
      0,
      'of a facet that is newer than the block',
    );
  });
});
