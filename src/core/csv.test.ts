import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvCell, csvRow, guardFormula, unguardFormula } from './csv.ts';

const runs = Number(process.env.ANNALS_PROPERTY_RUNS ?? 300);

const awkward = fc.oneof(
  fc.string({
    unit: fc.constantFrom(...'",;\r\n\t=+-@＝＋－＠\'a '),
  }),
  fc.string({ unit: 'binary' }),
);

test('another reader gets every cell as it was written', () => {
  const cells = fc.array(awkward, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(cells, { maxLength: 5 }), (rows) => {
      const options = { record_delimiter: '\r\n', relax_column_count: true };
      const read: string[][] = parse(rows.map(csvRow).join(''), options);
      // It reads a lone surrogate as U+FFFD, because it works on UTF-8.
      const expected = rows.map((row) => row.map((cell) => guardFormula(cell).toWellFormed()));
      assert.deepEqual(read, expected);
    }),
    { numRuns: runs },
  );
});

test('no written cell begins with what a spreadsheet takes for a formula', () => {
  fc.assert(
    fc.property(awkward, (text) => {
      const cell = guardFormula(text);
      assert.doesNotMatch(cell, /^[=+\-@＝＋－＠\t\r\n]/);
      assert.equal(unguardFormula(cell), text);
    }),
    { numRuns: runs },
  );
});

test('cells are quoted only where they must be', () => {
  assert.equal(csvCell('plain words'), 'plain words');
  assert.equal(csvCell("it's a-b=c+d@e"), "it's a-b=c+d@e");
  assert.equal(csvCell('a,b'), '"a,b"');
  assert.equal(csvCell('say "yes"'), '"say ""yes"""');
  assert.equal(csvCell('two\nlines'), '"two\nlines"');
  assert.equal(csvCell('=1+1'), "'=1+1");
  assert.equal(csvCell('＝1+1'), "'＝1+1");
  assert.equal(csvCell('\n=1+1'), '"\'\n=1+1"');
  // Where semicolons separate cells, the second half would be a formula.
  assert.equal(csvCell('a;=1+1'), '"a;=1+1"');
  assert.equal(csvCell("'tis"), "''tis");
  assert.equal(csvCell('\rcarriage'), '"\'\rcarriage"');
  assert.equal(csvRow(['a', '', 'c']), 'a,,c\r\n');
  assert.equal(csvRow(['']), '""\r\n');
});
