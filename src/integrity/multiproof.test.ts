import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { rootOf } from './frontier.ts';
import { type Hash, leafHash, sameHash } from './hash.ts';
import { type LeafRange, MultiproofVerifier, multiproof } from './multiproof.ts';
import { collapsed, mth, readerOf, someLeaves, tampered } from './reference-tree.fixture.ts';
import { cover } from './subtree.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 60);

/** A tree and a choice of its leaves: any of them, or one unbroken stretch. */
const choices = fc
  .array(fc.boolean(), { minLength: 1, maxLength: 40, size: 'max' })
  .map((chosen) => ({
    size: chosen.length,
    indexes: chosen.flatMap((is, at) => (is ? [at] : [])),
  }));
const stretches = fc
  .tuple(fc.nat({ max: 300 }), fc.nat({ max: 300 }), fc.nat({ max: 300 }))
  .map((places) => places.toSorted((a, b) => a - b))
  .map(([from, to, size]) => ({ from: from!, to: to!, size: size! + 1 }));

describe('a multiproof', () => {
  it('has exactly the subtrees without a chosen leaf, and verifies', async () => {
    await fc.assert(
      fc.asyncProperty(choices, async ({ size, indexes }) => {
        const leaves = someLeaves(size);
        const chosen = new Set(indexes.map((index) => leaves[index]!));
        const proof = await prove(leaves, singles(indexes));
        assert.deepEqual(
          proof,
          collapsed((leaf) => chosen.has(leaf), leaves),
        );
        assert.ok(verifies(leaves, proof, pick(leaves, indexes)));
      }),
      { numRuns },
    );
  });

  it('fails with any hash or leaf changed, dropped, added or swapped, at any other index or size', async () => {
    await fc.assert(
      fc.asyncProperty(choices, async ({ size, indexes }) => {
        const leaves = someLeaves(size);
        const picked = pick(leaves, indexes);
        const proof = await prove(leaves, singles(indexes));
        for (const other of tampered(proof)) assert.ok(!verifies(leaves, other, picked));
        const hashes = picked.map(([, hash]) => hash);
        for (const other of tampered(hashes)) {
          const claimed = other.map((hash, at): Picked => [indexes[at] ?? size - 1, hash]);
          assert.ok(!verifies(leaves, proof, claimed));
        }
        for (const [at, [index, hash]] of picked.entries()) {
          for (const elsewhere of [index - 1, index + 1, size]) {
            assert.ok(!verifies(leaves, proof, picked.with(at, [elsewhere, hash])));
          }
        }
        for (const otherSize of [size - 1, size + 1, size * 2]) {
          const others = someLeaves(otherSize);
          assert.ok(!verifies(others, proof, picked));
        }
      }),
      { numRuns },
    );
  });

  it('of no leaf is the root, and of every leaf is empty', async () => {
    for (const size of [1, 2, 7, 64, 65]) {
      const leaves = someLeaves(size);
      assert.deepEqual(await prove(leaves, []), [mth(leaves)]);
      assert.deepEqual(await prove(leaves, [{ from: 0, to: size }]), []);
      assert.ok(verifies(leaves, [mth(leaves)], []));
    }
    assert.deepEqual(await prove([], []), []);
    const leaves = someLeaves(9);
    assert.deepEqual(await prove(leaves, [{ from: 8, to: 8 }]), [mth(leaves)]);
    assert.ok(verifies([], [], []));
  });

  it('rejects ranges that overlap, go back or reach beyond the tree', async () => {
    const leaves = someLeaves(10);
    for (const runs of [
      [{ from: 3, to: 11 }],
      [{ from: 5, to: 4 }],
      [{ from: -1, to: 4 }],
      [{ from: 0, to: Number.NaN }],
      [{ from: 0.5, to: 1 }],
      [
        { from: 2, to: 5 },
        { from: 4, to: 6 },
      ],
    ]) {
      await assert.rejects(prove(leaves, runs), { code: 'invalid' });
    }
  });

  it('fails with the leaf that is out of order, and when hashes are missing or left over', async () => {
    const leaves = someLeaves(10);
    const verifier = new MultiproofVerifier(
      10,
      Buffer.concat(await prove(leaves, singles([4, 6]))),
    );
    verifier.add(4, leaves[4]!);
    assert.throws(() => verifier.add(4, leaves[4]!), { code: 'corrupt', message: /leaf 4/ });
    for (const wrong of [10, 5.5, -1, Number.NaN]) {
      assert.throws(() => verifier.add(wrong, leaves[4]!), {
        code: 'corrupt',
        message: new RegExp(`leaf ${wrong}:`),
      });
    }
    assert.throws(() => new MultiproofVerifier(10, new Uint8Array()).add(4, leaves[4]!), {
      code: 'corrupt',
      message: /ends after 0 hashes/,
    });
    const tooLong = new MultiproofVerifier(1, leaves[0]!);
    tooLong.add(0, leaves[0]!);
    assert.throws(() => tooLong.root(), { code: 'corrupt', message: /the proof has 1/ });
    assert.throws(() => new MultiproofVerifier(-1, new Uint8Array()), { code: 'invalid' });
  });

  it('of a hundred thousand leaves verifies as they are streamed', async () => {
    const leaves = Array.from({ length: 100_003 }, (_, at) => leafHash(`${at}`));
    const tops = Array.from({ length: 391 }, (_, at) =>
      rootOf(leaves.slice(at * 256, at * 256 + 256)),
    );
    const read = async (level: number, index: number): Promise<Hash> => {
      const [row, width] = level < 8 ? [leaves, 2 ** level] : [tops, 2 ** (level - 8)];
      return rootOf(row.slice(index * width, (index + 1) * width));
    };
    function* everyThird(): Generator<LeafRange> {
      for (let from = 2; from < leaves.length; from += 3) yield { from, to: from + 1 };
    }
    const proof: Hash[] = [];
    for await (const hash of multiproof(leaves.length, everyThird(), read)) proof.push(hash);
    const verifier = new MultiproofVerifier(leaves.length, Buffer.concat(proof));
    for (const { from } of everyThird()) verifier.add(from, leaves[from]!);
    assert.deepEqual(verifier.root(), rootOf(leaves));
    const supplied = new MultiproofVerifier(leaves.length);
    let next = 0;
    for (const { from } of everyThird()) {
      // Two leaves of three collapse to one hash or two, and stand before the third.
      const gap = cover(from - 2, from, leaves.length).length;
      supplied.supply(Buffer.concat(proof.slice(next, next + gap)));
      supplied.add(from, leaves[from]!);
      next += gap;
    }
    supplied.supply(Buffer.concat(proof.slice(next)));
    assert.deepEqual(supplied.root(), rootOf(leaves));
  });
});

describe('a range proof', () => {
  it('verifies with at most 2·log2(size) hashes', async () => {
    await fc.assert(
      fc.asyncProperty(stretches, async ({ from, to, size }) => {
        const leaves = someLeaves(size);
        const proof = await prove(leaves, [{ from, to }]);
        assert.ok(proof.length <= Math.max(1, 2 * Math.log2(size)));
        const indexes = Array.from({ length: to - from }, (_, at) => from + at);
        assert.ok(verifies(leaves, proof, pick(leaves, indexes)));
        assert.ok(to - from < 1 || !verifies(leaves, proof, pick(leaves, indexes.slice(1))));
        assert.ok(to - from < 1 || !verifies(leaves, proof, pick(leaves, indexes.slice(0, -1))));
      }),
      { numRuns },
    );
  });
});

type Picked = [index: number, leaf: Hash];

function pick(leaves: readonly Hash[], indexes: readonly number[]): Picked[] {
  return indexes.map((index) => [index, leaves[index]!]);
}

function singles(indexes: readonly number[]): LeafRange[] {
  return indexes.map((index) => ({ from: index, to: index + 1 }));
}

function prove(leaves: readonly Hash[], runs: Iterable<LeafRange>): Promise<Hash[]> {
  return Array.fromAsync(multiproof(leaves.length, runs, readerOf(leaves)));
}

function verifies(leaves: readonly Hash[], proof: readonly Hash[], picked: Picked[]): boolean {
  const verifier = new MultiproofVerifier(leaves.length, Buffer.concat(proof));
  try {
    for (const [index, leaf] of picked) verifier.add(index, leaf);
    return sameHash(verifier.root(), mth(leaves));
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'corrupt');
    return false;
  }
}
