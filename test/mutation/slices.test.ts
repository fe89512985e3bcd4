import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sliceOf, slicesOf, turnOf } from './slices.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const slices = slicesOf(root);

describe('the slices of a mutation run', () => {
  it('have each source file of their folders once', () => {
    const folders = '{api/trail,client,core,dialects,export,integrity,ledger}';
    const sources = globSync(`src/${folders}/**/*.ts`, { cwd: root }).filter(
      (file) => !/\.(test|fixture|contract)\.ts$/.test(file),
    );
    assert.deepEqual(slices.flatMap(({ files }) => files).sort(), sources.sort());
  });

  it('have tests, and are of about one size', () => {
    for (const { files, tests } of slices) {
      assert.notEqual(tests.length, 0, files.join(' '));
      assert.ok(files.length <= 12, files.join(' '));
    }
  });

  it('all have their turn, one a day', () => {
    const day = 86_400_000;
    const turns = slices.map((_, index) => turnOf(new Date(index * day), slices.length));
    assert.deepEqual(
      turns,
      slices.map((_, index) => index + 1),
    );
    assert.equal(turnOf(new Date(slices.length * day), slices.length), 1);
    assert.equal(turnOf(new Date(day - 1), slices.length), 1);
  });

  it('can be replaced by the files that match', () => {
    const { files, tests } = sliceOf(root, 'src/integrity/t*.ts');
    assert.deepEqual(files, ['src/integrity/tile-reader.ts', 'src/integrity/tiles.ts']);
    assert.ok(tests.includes('src/integrity/tiles.test.ts'));
  });
});
