import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { CheckpointArchive, IssuedCheckpoint } from './archive.ts';

const issued = (organisation: string, size: number): IssuedCheckpoint => ({
  organisation,
  size,
  root: new Uint8Array(32).fill(size),
  message: `${organisation} at ${size}\n`,
});

const plain = (checkpoint: IssuedCheckpoint | undefined) =>
  checkpoint && { ...checkpoint, root: [...checkpoint.root] };

const ofWitness = (witness: string, text: string) => ({ witness, line: `${witness} ${text}\n` });

/** What every archive of checkpoints must do. `open` opens an empty one. */
export function describeCheckpointArchive(
  name: string,
  open: () => Promise<CheckpointArchive>,
): void {
  describe(`checkpoints kept in ${name}`, () => {
    let archive: CheckpointArchive;
    beforeEach(async () => {
      archive = await open();
    });
    afterEach(() => archive.close());

    it('are found by organisation and size, and the newest of each log', async () => {
      assert.deepEqual((await archive.signedHeads()).organisations, []);
      for (const [organisation, size] of [
        ['b', 0],
        ['a', 3],
        ['a', 9],
        ['b', 4],
        ['', 1],
      ] as const) {
        await archive.add(issued(organisation, size));
      }
      assert.deepEqual(plain(await archive.find('a', 3)), plain(issued('a', 3)));
      assert.deepEqual(plain(await archive.find('b', 0)), plain(issued('b', 0)));
      assert.equal(await archive.find('a', 4), undefined);
      assert.equal(await archive.find('c', 3), undefined);
      assert.equal(await archive.newest('c'), undefined);
      const newest = await Promise.all(['', 'a', 'b'].map((log) => archive.newest(log)));
      assert.deepEqual(
        newest.map(plain),
        [issued('', 1), issued('a', 9), issued('b', 4)].map(plain),
      );
      const { organisations, sizes, roots } = await archive.signedHeads();
      const heads = organisations.map((organisation, index) =>
        plain({
          ...issued(organisation, sizes[index]!),
          root: roots.subarray(index * 32, (index + 1) * 32),
        }),
      );
      heads.sort((one, other) => (one!.organisation < other!.organisation ? -1 : 1));
      assert.deepEqual(heads, newest.map(plain));
    });

    it('are never replaced, nor followed by a smaller one', async () => {
      await archive.add(issued('a', 5));
      for (const size of [5, 4]) {
        const other = { ...issued('a', size), message: 'other\n' };
        await assert.rejects(archive.add(other), { code: 'conflict', message: /of a at size/ });
      }
      assert.equal((await archive.find('a', 5))?.message, 'a at 5\n');
      assert.equal(await archive.find('a', 4), undefined);
    });

    it('are kept one by one when many are added at once', async () => {
      const sizes = Array.from({ length: 50 }, (_, size) => size);
      const outcomes = await Promise.allSettled(
        [...sizes, 7, 49].map((size) => archive.add(issued('a', size))),
      );
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        [...sizes.map(() => 'fulfilled'), 'rejected', 'rejected'],
      );
      for (const size of sizes) assert.ok(await archive.find('a', size));
    });

    it('have the cosignatures of witnesses, the last of each', async () => {
      await archive.add(issued('a', 5));
      await archive.add(issued('a', 6));
      await archive.cosign('a', 5, [ofWitness('w2', 'first'), ofWitness('w1', 'only')]);
      await archive.cosign('a', 5, [ofWitness('w2', 'second')]);
      await archive.cosign('a', 7, [ofWitness('w2', 'of nothing')]);
      assert.equal((await archive.find('a', 5))?.message, 'a at 5\nw1 only\nw2 second\n');
      assert.equal((await archive.find('a', 6))?.message, 'a at 6\n');
    });

    it('have up to which size a replaced key is valid, also when it was in use again', async () => {
      const noted = async () =>
        (await archive.retired())
          .map(({ key, organisation, upTo }) => `${key} ${organisation} ${upTo}`)
          .toSorted();
      await archive.retire('early');
      assert.deepEqual(await noted(), []);
      await archive.add(issued('a', 3));
      await archive.add(issued('a', 9));
      await archive.add(issued('b', 0));
      await archive.retire('k1');
      await archive.add(issued('a', 12));
      await archive.add(issued('c', 1));
      await archive.retire('k2');
      assert.deepEqual(await noted(), ['k1 a 9', 'k1 b 0', 'k2 a 12', 'k2 b 0', 'k2 c 1']);
      await archive.retire('k1');
      const again = ['k1 a 12', 'k1 b 0', 'k1 c 1', 'k2 a 12', 'k2 b 0', 'k2 c 1'];
      assert.deepEqual(await noted(), again);
    });
  });
}
