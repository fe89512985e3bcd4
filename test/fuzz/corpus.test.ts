/** Every input of the corpus once: what fuzzing found stays found. `npm run fuzz` looks for more. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seeded } from '../vendors/random.fixture.ts';
import { corpusOf } from './corpus.ts';
import { Coverage } from './coverage.ts';
import { mutate } from './mutate.ts';
import { targets } from './targets.ts';

describe('the corpus of fuzzing', () => {
  for (const [name, target] of Object.entries(targets)) {
    it(`holds for ${name}`, async () => {
      const corpus = corpusOf(name);
      assert.ok(corpus.length > 0);
      for (const { name: file, input } of corpus) {
        try {
          await target.run(input);
        } catch (cause) {
          throw new Error(`${name}/${file}`, { cause });
        }
      }
    });
  }

  it('is changed by what guides it: code that ran for the first time', () => {
    const coverage = new Coverage();
    const random = seeded('coverage');
    const change = () => mutate(random, Buffer.from('{"a":1}'), Buffer.from('[]'), ['null']);
    void targets.json!.run(Buffer.from('{"a":1}'));
    assert.ok(coverage.takeNew().length > 10);
    // The second time it finds what it remembers of the first.
    void targets.json!.run(Buffer.from('{"a":1}'));
    coverage.takeNew();
    void targets.json!.run(Buffer.from('{"a":1}'));
    assert.deepEqual(coverage.takeNew(), []);
    void targets.json!.run(Buffer.from('["\\u00e9"]'));
    assert.ok(coverage.takeNew().length > 0);
    coverage.close();
    assert.ok(new Set(Array.from({ length: 20 }, () => String(change()))).size > 15);
  });
});
