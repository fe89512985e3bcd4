import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvRow, unguardFormula } from '../core/csv.ts';
import { AnnalsError } from '../core/errors.ts';
import { parseCsv } from './read-csv.ts';

const runs = Number(process.env.ANNALS_PROPERTY_RUNS ?? 300);

async function rowsOf(chunks: Iterable<string>, maxRowLength?: number): Promise<string[][]> {
  return Array.fromAsync(parseCsv(chunks, maxRowLength));
}

const rejection = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof AnnalsError && error.code === code && message.test(error.message);

const awkward = fc.oneof(
  fc.string({
    unit: fc.constantFrom('"', ',', '\r', '\n', '\t', '=', '+', '-', '@', "'", 'a', ' '),
  }),
  fc.string({ unit: 'binary' }),
);

test('any table comes back as it was written, however the text is cut into chunks', async () => {
  const table = fc.array(fc.array(awkward, { minLength: 1, maxLength: 4 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 7 }), async (rows, size) => {
      const text = rows.map(csvRow).join('');
      const chunks = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      const read = await rowsOf(chunks);
      assert.deepEqual(
        read.map((cells) => cells.map(unguardFormula)),
        // A byte-order mark at the very beginning belongs to the file and to no cell.
        rows.map((cells, at) =>
          at === 0 ? [cells[0]?.replace(/^\ufeff/, ''), ...cells.slice(1)] : cells,
        ),
      );
    }),
    { numRuns: runs },
  );
});

test('a byte-order mark, LF, CRLF, blank lines and a missing last line end are read', async () => {
  assert.deepEqual(await rowsOf(['\ufeffa,b\n\n1,2\r\n\r\n"",x']), [
    ['a', 'b'],
    ['1', '2'],
    ['', 'x'],
  ]);
  assert.deepEqual(await rowsOf(['""\r\n']), [['']]);
  assert.deepEqual(await rowsOf([]), []);
  assert.deepEqual(await rowsOf(['a,\n']), [['a', '']]);
});

test('text that is not CSV is rejected with the number of its row', async () => {
  await assert.rejects(rowsOf(['a\nb"c\n']), rejection('invalid', /unquoted cell in row 2/));
  await assert.rejects(rowsOf(['"a"b\n']), rejection('invalid', /closing quote in row 1/));
  await assert.rejects(rowsOf(['a\rb']), rejection('invalid', /a CR without LF in row 1/));
  await assert.rejects(rowsOf(['a\n"b\r']), rejection('incomplete', /inside the quotes of row 2/));
});

test('a row without an end does not fill the memory', async () => {
  const tooLarge = rejection('too-large', /row 1 has more than 10 characters/);
  await assert.rejects(rowsOf(['"aaaaaa', 'aaaaaa'], 10), tooLarge);
  await assert.rejects(rowsOf([',,,,,,', ',,,,,,'], 10), tooLarge);
});
