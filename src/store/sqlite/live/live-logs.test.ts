import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createLiveColumns, partRows } from './columns.ts';
import { LiveLogs } from './live-logs.ts';

it('where the events of a log are in a segment in SQLite is known part by part, as rows come', () => {
  const rows = 3 * partRows;
  const columns = createLiveColumns({ rows, values: 1, valueBytes: 1, textBytes: 1 });
  const ends = [10, 20, 30];
  const add = (row: number, log: number) => {
    columns.logs[row] = log;
    columns.sequences[row] = ends[log]!++;
  };
  for (let row = 0; row < partRows; row += 1) add(row, row < 5 ? 1 : 0);
  const logs = new LiveLogs(columns);
  assert.deepEqual(logs.placesOf(1, partRows), { range: { from: 20, to: 25 }, parts: [0] });
  assert.deepEqual(logs.placesOf(2, partRows), { range: { from: 0, to: 0 }, parts: [] });
  for (let row = partRows; row < rows; row += 1) add(row, row === rows - 1 ? 1 : 2);
  assert.deepEqual(logs.placesOf(1, rows - 1), { range: { from: 20, to: 25 }, parts: [0] });
  assert.deepEqual(logs.placesOf(1, rows), { range: { from: 20, to: 26 }, parts: [0, 2] });
  const ofTwo = { range: { from: 30, to: 30 + 2 * partRows - 1 }, parts: [1, 2] };
  assert.deepEqual(logs.placesOf(2, rows), ofTwo);
});
