import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { facetPlace, facets } from '../../../core/facets.ts';
import { type Coded, readTally, tallyFrames } from './tallies.ts';

const service = facetPlace('systemService');

/** A frame for each facet, of which all have this column but the services. */
function framesOf(column: Coded, services: Coded, logs: readonly number[]): Uint8Array[] {
  let firstRow = 0;
  const places = logs.map((rows, index) => {
    const place = { number: index * 3, firstRow, rows };
    firstRow += rows;
    return place;
  });
  const columns = facets.map((_, facet) => (facet === service ? services : column));
  return tallyFrames(columns, places);
}

function coded(codes: readonly number[], size: number): Coded {
  return { codes: Uint16Array.from(codes), size };
}

describe('tallies of a facet', () => {
  it('say how often each value stands with each service, for each log', () => {
    const row = fc.record({ code: fc.nat(5), service: fc.nat(2) });
    const log = fc.array(row, { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(log, { minLength: 1, maxLength: 5 }), (logs) => {
        const rows = logs.flat();
        const column = coded(
          rows.map(({ code }) => code),
          6,
        );
        const services = coded(
          rows.map((each) => each.service),
          3,
        );
        const lengths = logs.map(({ length }) => length);
        const frame = framesOf(column, services, lengths)[facetPlace('action')]!;
        for (const [index, ofLog] of logs.entries()) {
          const times = new Map<string, number>();
          for (const each of ofLog) {
            const pair = `${each.code} ${each.service}`;
            times.set(pair, (times.get(pair) ?? 0) + 1);
          }
          const tally = readTally(frame, index * 3)!;
          const told = Array.from(tally.values, (value, pair) => [
            `${value} ${tally.services[pair]}`,
            tally.counts[pair]!,
          ]);
          assert.deepEqual(
            told,
            [...times].sort(([a], [b]) => (a < b ? -1 : 1)),
          );
        }
        assert.equal(readTally(frame, 1), undefined);
      }),
    );
  });

  it('are left out for a log with nearly as many values as events, and for no other', () => {
    const many = Array.from({ length: 5_000 }, (_, row) => row);
    const few = Array.from({ length: 1_000 }, () => 7);
    const column = coded([...few, ...many, ...few], 5_000);
    const services = coded(new Array(7_000).fill(0), 1);
    const frame = framesOf(column, services, [1_000, 5_000, 1_000])[facetPlace('traceId')]!;
    assert.deepEqual([...readTally(frame, 0)!.counts], [1_000]);
    assert.equal(readTally(frame, 3), undefined);
    assert.deepEqual([...readTally(frame, 6)!.values], [7]);
  });

  it('are left out where values and services could make too many pairs', () => {
    const codes = [1, 2, 3];
    const frames = framesOf(coded(codes, 60_000), coded(codes, 60_000), [3]);
    assert.equal(readTally(frames[facetPlace('action')]!, 0), undefined);
  });
});
