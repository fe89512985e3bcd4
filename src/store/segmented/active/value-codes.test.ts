import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ActiveDictionary } from './active-slice.ts';
import { createActiveColumns } from './columns.ts';
import { ValueCodes } from './value-codes.ts';

it('each distinct value has a code, and each code leads to its value', () => {
  const values = 20_000;
  const columns = createActiveColumns({ rows: 1, values, valueBytes: values * 8, textBytes: 1 });
  const codes = new ValueCodes(columns);
  const known = new Map<string, number>();
  for (let n = 0; n < values * 2; n += 1) {
    const facet = n % 2;
    const value = `${(n * 7_919) % (values / 2)} é`;
    const bytes = Buffer.from(`,${value},`);
    const code = codes.codeOf(facet, bytes, 1, bytes.length - 1);
    assert.equal(known.get(`${facet} ${value}`) ?? known.size + 1, code);
    known.set(`${facet} ${value}`, code);
  }
  const again = new ValueCodes(columns);
  const bytes = Buffer.from('7 é');
  assert.equal(again.codeOf(1, bytes, 0, bytes.length), known.get('1 7 é'));
  const dictionary = new ActiveDictionary(columns);
  for (const [facetAndValue, code] of known) {
    const [facet, value] = [Number(facetAndValue[0]), facetAndValue.slice(2)];
    assert.equal(dictionary.textsOf(facet)(code), value);
  }
});
