import assert from 'node:assert/strict';
import { csvRow, guardFormula, unguardFormula } from '../../../src/core/csv.ts';
import { AnnalsError } from '../../../src/core/errors.ts';
import { parseCsv } from '../../../src/export/read-csv.ts';
import type { Target } from '../target.ts';

/** Rows are the same however the text is cut into chunks, and the same when they are written and read again. */
export const csv: Target = {
  dictionary: ['"', '""', ',', ';', '\r\n', '\n', "'=", '=1+1', '\ufeff'],
  async run(input) {
    const text = input.toString();
    const rows = await rowsOf([text]);
    assert.deepEqual(await rowsOf([...text]), rows);
    if (rows === undefined) return;
    const written = rows.map(csvRow).join('');
    const guarded = rows.map((row) => row.map(guardFormula));
    // A byte order mark at the beginning is not part of the first cell.
    if (!written.startsWith('\ufeff')) assert.deepEqual(await rowsOf([written]), guarded);
    assert.deepEqual(
      guarded.map((row) => row.map(unguardFormula)),
      rows,
    );
  },
};

async function rowsOf(chunks: readonly string[]): Promise<string[][] | undefined> {
  try {
    return await Array.fromAsync(parseCsv(chunks, 10_000));
  } catch (error) {
    if (error instanceof AnnalsError) return undefined;
    throw error;
  }
}
