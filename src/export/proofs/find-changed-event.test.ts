import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { rootOf } from '../../integrity/frontier.ts';
import { leafHash } from '../../integrity/hash.ts';
import { multiproof } from '../../integrity/multiproof.ts';
import { findChangedEvent } from './find-changed-event.ts';

it('the first event is found whose leaf is not that of the log, whichever events were chosen', async () => {
  const log = fc.array(fc.record({ chosen: fc.boolean(), changed: fc.boolean() }), {
    minLength: 1,
    maxLength: 300,
    size: 'max',
  });
  await fc.assert(
    fc.asyncProperty(log, fc.integer({ min: 1, max: 50 }), async (entries, batchSize) => {
      const leaves = entries.map((_, sequence) => leafHash(`${sequence}`));
      const read = async (level: number, index: number) =>
        rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
      const sent = entries.flatMap(({ chosen, changed }, sequence) => {
        if (!chosen) return [];
        return [{ sequence, salt: undefined, leaf: changed ? leafHash('x') : leaves[sequence]! }];
      });
      async function* batches() {
        for (let at = 0; at < sent.length; at += batchSize) yield sent.slice(at, at + batchSize);
      }
      const found = await findChangedEvent(leaves.length, batches(), async (size, runs) =>
        Buffer.concat(await Array.fromAsync(multiproof(size, runs, read))),
      );
      const first = entries.findIndex(({ chosen, changed }) => chosen && changed);
      // A log of one event is only asked for when that event cannot be right.
      if (leaves.length === 1) assert.equal(found, entries[0]!.chosen ? 0 : undefined);
      else assert.equal(found, first < 0 ? undefined : first);
    }),
    { numRuns: Number(process.env.ANNALS_TEST_RUNS ?? 50) },
  );
});
