import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { facetPlace, facets } from '../../../core/facets.ts';
import { type Coded, readTally, tallyBlocks, tallyIn } from './tallies.ts';

const service = facetPlace('systemService');

/** Blocks of logs with so many rows; all facets have this column but the services. */
function blocksOf(column: Coded, services: Coded, logs: readonly number[]): Uint8Array[] {
  let firstRow = 0;
  const places = logs.map((rows) => {
    const place = { firstRow, rows };
    firstRow += rows;
    return place;
  });
  const columns = facets.map((_, facet) => (facet === service ? services : column));
  return tallyBlocks(columns, places);
}

function coded(codes: readonly number[], size: number): Coded {
  return { codes: Uint16Array.from(codes), size };
}

describe('tallies of a facet', () => {
  it('say how often each value stands with each service, for each log', () => {
    const row = fc.record({ code: fc.nat(4), service: fc.nat(2) });
    const log = fc.array(row, { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(fc.array(log, { minLength: 1, maxLength: 5 }), (logs) => {
        const rows = logs.flat();
        const column = coded(
          rows.map(({ code }) => code),
          5,
        );
        const services = coded(
          rows.map((each) => each.service),
          3,
        );
        const lengths = logs.map(({ length }) => length);
        const blocks = blocksOf(column, services, lengths);
        for (const [index, ofLog] of logs.entries()) {
          const times = new Map<string, number>();
          for (const each of ofLog) {
            const pair = `${each.code} ${each.service}`;
            times.set(pair, (times.get(pair) ?? 0) + 1);
          }
          const tally = readTally(tallyIn(blocks[index]!, facetPlace('action')))!;
          const told = Array.from(tally.values, (value, pair) => [
            `${value} ${tally.services[pair]}`,
            tally.counts[pair]!,
          ]);
          assert.deepEqual(
            told,
            [...times].sort(([a], [b]) => (a < b ? -1 : 1)),
          );
        }
      }),
    );
  });

  it('are left out for a log with many values, or with one for every few events, and for no other', () => {
    const many = Array.from({ length: 1_025 * 4 }, (_, row) => row % 1_025);
    const most = Array.from({ length: 1_024 * 4 }, (_, row) => row % 1_024);
    const some = Array.from({ length: 100 }, (_, row) => row % 26);
    const few = Array.from({ length: 100 }, () => 300);
    const logs = [few, many, most, some, few];
    const column = coded(logs.flat(), 1_025);
    const services = coded(new Array(column.codes.length).fill(0), 1);
    const lengths = logs.map(({ length }) => length);
    const tallies = blocksOf(column, services, lengths).map((block) =>
      readTally(tallyIn(block, facetPlace('traceId'))),
    );
    assert.deepEqual([...tallies[0]!.counts], [100]);
    assert.equal(tallies[1], undefined);
    assert.deepEqual(tallies[2]!.counts, new Array(1_024).fill(4));
    assert.equal(tallies[3], undefined);
    assert.deepEqual([...tallies[4]!.values], [300]);
  });

  it('are left out where values and services could make too many pairs', () => {
    const codes = [1, 2, 3];
    const [block] = blocksOf(coded(codes, 60_000), coded(codes, 60_000), [3]);
    assert.equal(readTally(tallyIn(block!, facetPlace('action'))), undefined);
  });
});
