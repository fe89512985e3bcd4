import assert from 'node:assert/strict';
import { it } from 'node:test';
import { rowGroupRows } from '../log-slice.ts';
import { ActiveLogs } from './active-logs.ts';
import { createActiveColumns } from './columns.ts';

it('the row groups of a log in an active segment are known as rows come', () => {
  const rows = 3 * rowGroupRows;
  const columns = createActiveColumns({ rows, values: 1, valueBytes: 1, textBytes: 1 });
  const ends = [10, 20, 30];
  const add = (row: number, log: number) => {
    columns.logs[row] = log;
    columns.sequences[row] = ends[log]!++;
  };
  for (let row = 0; row < rowGroupRows; row += 1) add(row, row < 5 ? 1 : 0);
  const logs = new ActiveLogs(columns);
  assert.deepEqual(logs.rowGroupsOf(1, rowGroupRows), {
    range: { from: 20, to: 25 },
    rowGroups: [0],
  });
  assert.deepEqual(logs.rowGroupsOf(2, rowGroupRows), { range: { from: 0, to: 0 }, rowGroups: [] });
  for (let row = rowGroupRows; row < rows; row += 1) add(row, row === rows - 1 ? 1 : 2);
  assert.deepEqual(logs.rowGroupsOf(1, rows - 1), { range: { from: 20, to: 25 }, rowGroups: [0] });
  assert.deepEqual(logs.rowGroupsOf(1, rows), { range: { from: 20, to: 26 }, rowGroups: [0, 2] });
  const ofTwo = { range: { from: 30, to: 30 + 2 * rowGroupRows - 1 }, rowGroups: [1, 2] };
  assert.deepEqual(logs.rowGroupsOf(2, rows), ofTwo);
});
