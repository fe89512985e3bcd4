import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Frontier } from './frontier.ts';
import { emptyRoot, type Hash, leafHash, nodeHash } from './hash.ts';
import {
  consistencyProof,
  inclusionProof,
  type TreeHead,
  verifyConsistency,
  verifyInclusion,
} from './proof.ts';
import { nodes, nodesAt, roots } from './published-tree.fixture.ts';
import { mth, path, readerOf, someLeaves, subproof, tampered } from './reference-tree.fixture.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 50);

const leaves = someLeaves(20);
const read = readerOf(leaves);
const heads = Array.from(
  { length: leaves.length + 1 },
  (_, size): TreeHead => ({ size, root: mth(leaves.slice(0, size)) }),
);
const sizes = heads.map(({ size }) => size);

describe('the published proofs (github.com/transparency-dev/merkle, proof/verify_test.go)', () => {
  const reader = readerOf(nodes[0]!);
  const inclusions: [index: number, size: number, proof: string][] = [
    [0, 8, '0/1 1/1 2/1'],
    [5, 8, '0/4 1/3 2/0'],
    [2, 3, '1/0'],
    [1, 5, '0/0 1/1 0/4'],
  ];
  const consistencies: [olderSize: number, size: number, proof: string][] = [
    [1, 1, ''],
    [1, 8, '0/1 1/1 2/1'],
    [6, 8, '1/2 1/3 2/0'],
    [2, 5, '1/1 0/4'],
    [6, 7, '1/2 0/6 2/0'],
  ];

  it('of inclusion are created, and verify', async () => {
    for (const [index, size, proof] of inclusions) {
      const hashes = nodesAt(proof);
      assert.deepEqual(await inclusionProof(index, size, reader), hashes);
      assert.ok(verifyInclusion(index, nodes[0]![index]!, { size, root: roots[size]! }, hashes));
    }
  });

  it('of consistency are created, and verify', async () => {
    for (const [olderSize, size, proof] of consistencies) {
      const hashes = nodesAt(proof);
      assert.deepEqual(await consistencyProof(olderSize, size, reader), hashes);
      const older = { size: olderSize, root: roots[olderSize]! };
      assert.ok(verifyConsistency(older, { size, root: roots[size]! }, hashes));
    }
  });
});

describe('an inclusion proof', () => {
  it('is PATH of RFC 6962 for every leaf of every tree, and verifies', async () => {
    for (const head of heads) {
      for (const [index, leaf] of leaves.slice(0, head.size).entries()) {
        const proof = await inclusionProof(index, head.size, read);
        assert.deepEqual(proof, path(index, leaves.slice(0, head.size)));
        assert.ok(verifyInclusion(index, leaf, head, proof));
      }
    }
  });

  it('fails with any hash changed, dropped, added or swapped, and for any other leaf, index or head', async () => {
    for (const head of heads.slice(1)) {
      for (const [index, leaf] of leaves.slice(0, head.size).entries()) {
        const proof = await inclusionProof(index, head.size, read);
        for (const other of tampered(proof)) {
          assert.ok(!verifyInclusion(index, leaf, head, other));
        }
        for (const [at, otherLeaf] of leaves.entries()) {
          if (at === index) continue;
          assert.ok(!verifyInclusion(index, otherLeaf, head, proof));
          assert.ok(!verifyInclusion(at, leaf, head, proof));
        }
        for (const otherHead of heads) {
          if (otherHead !== head) assert.ok(!verifyInclusion(index, leaf, otherHead, proof));
        }
      }
    }
  });

  it('is false, and does not throw, when index, size or hashes make no sense', () => {
    const head = heads[1]!;
    const leaf = leaves[0]!;
    assert.ok(verifyInclusion(0, leaf, head, []));
    for (const wrong of [-1, 0.5, 1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.ok(!verifyInclusion(wrong, leaf, head, []));
      assert.ok(!verifyInclusion(0, leaf, { ...head, size: wrong === 1 ? 0 : wrong }, []));
    }
    assert.ok(!verifyInclusion(0, leaf.subarray(1), { size: 1, root: leaf.subarray(1) }, []));
    assert.ok(!verifyInclusion(0, leaf, heads[2]!, [leaves[1]!.subarray(1)]));
  });

  it('is rejected with a hash cut short, even where the missing byte was hashed just before', () => {
    const [leaf, other] = leaves;
    assert.ok(verifyInclusion(0, leaf!, heads[2]!, [other!]));
    assert.ok(!verifyInclusion(0, leaf!, heads[2]!, [other!.subarray(0, 31)]));
    assert.ok(verifyInclusion(1, other!, heads[2]!, [leaf!]));
    assert.ok(!verifyInclusion(1, other!.subarray(0, 31), heads[2]!, [leaf!]));
  });

  it('is not created for a leaf that the tree does not have', () => {
    for (const [index, size] of [
      [0, 0],
      [5, 5],
      [-1, 5],
      [0.5, 5],
      [0, Number.NaN],
    ] as const) {
      assert.throws(() => inclusionProof(index, size, read), { code: 'invalid' });
    }
  });
});

describe('a consistency proof', () => {
  it('is PROOF of RFC 6962 from every size to every later one, and verifies', async () => {
    for (const newer of heads) {
      for (const older of heads.slice(0, newer.size + 1)) {
        const proof = await consistencyProof(older.size, newer.size, read);
        const expected = older.size === 0 ? [] : subproof(older.size, leaves.slice(0, newer.size));
        assert.deepEqual(proof, expected);
        // About the empty tree there is nothing to verify.
        const shows = older.size > 0 || newer.size === 0;
        assert.equal(verifyConsistency(older, newer, proof), shows);
      }
    }
  });

  it('fails with any hash changed, dropped, added or swapped, and for any other head', async () => {
    for (const newer of heads) {
      for (const older of heads.slice(0, newer.size + 1)) {
        const proof = await consistencyProof(older.size, newer.size, read);
        for (const other of tampered(proof)) assert.ok(!verifyConsistency(older, newer, other));
        for (const size of sizes) {
          const root = heads[size]!.root;
          if (size !== older.size) {
            assert.ok(!verifyConsistency({ size: older.size, root }, newer, proof));
          }
          if (size !== newer.size && older.size > 0) {
            assert.ok(!verifyConsistency(older, { size: newer.size, root }, proof));
          }
        }
      }
    }
  });

  it('fails for a tree that forked, and for one that shrank', async () => {
    const forked = leaves.with(3, leafHash('another'));
    for (const size of sizes.slice(5)) {
      const proof = await consistencyProof(5, size, readerOf(forked));
      assert.ok(!verifyConsistency(heads[5]!, { size, root: mth(forked.slice(0, size)) }, proof));
      assert.ok(!verifyConsistency(heads[size]!, heads[4]!, proof));
    }
    for (const [olderSize, size] of [
      [6, 5],
      [-1, 5],
      [0.5, 5],
      [0, -1],
      [0, 0.5],
      [0, Number.NaN],
      [Number.NaN, 5],
    ] as const) {
      assert.throws(() => consistencyProof(olderSize, size, read), { code: 'invalid' });
    }
  });

  it('fails for a tree that shrank, although the same hashes lead to both roots', () => {
    const [a, b, c, d] = leaves as [Hash, Hash, Hash, Hash];
    const root = nodeHash(d, nodeHash(c, nodeHash(b, a)));
    assert.ok(!verifyConsistency({ size: 6, root }, { size: 5, root }, [a, b, c, d]));
  });

  it('shows nothing about what follows the empty tree, whatever the roots are', () => {
    const empty = { size: 0, root: emptyRoot };
    const wrong = { size: 0, root: leaves[0]! };
    assert.ok(verifyConsistency(empty, empty, []));
    for (const [older, newer] of [
      [empty, heads[7]!],
      [empty, { size: 7, root: leaves[0]! }],
      [empty, wrong],
      [wrong, empty],
      [wrong, wrong],
    ] as const) {
      assert.ok(!verifyConsistency(older, newer, []));
      assert.ok(!verifyConsistency(older, newer, [leaves[0]!]));
    }
  });

  it('is false, and does not throw, when sizes or hashes make no sense', () => {
    const [, older, newer] = heads;
    assert.ok(verifyConsistency(older!, newer!, [leaves[1]!]));
    assert.ok(!verifyConsistency(older!, newer!, [leaves[1]!.subarray(0, 31)]));
    for (const size of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.ok(!verifyConsistency({ ...older!, size }, newer!, [leaves[1]!]));
      assert.ok(!verifyConsistency(older!, { ...newer!, size }, [leaves[1]!]));
      assert.ok(!verifyConsistency(heads[0]!, { ...newer!, size }, []));
    }
  });
});

describe('proofs over trees beyond 32 bits', () => {
  it('verify, and have no more hashes than the tree has levels', async () => {
    // All leaves alike, so that the hash of a full subtree follows from its level.
    const full: Hash[] = [leafHash('')];
    while (full.length < 50) full.push(nodeHash(full.at(-1)!, full.at(-1)!));
    const reader = async (level: number) => full[level]!;
    const headAt = (size: number): TreeHead => {
      const peaks = [...size.toString(2)].flatMap((bit, at, { length }) =>
        bit === '1' ? [full[length - 1 - at]!] : [],
      );
      return { size, root: Frontier.fromBytes(size, Buffer.concat(peaks)).root() };
    };
    const size = fc.integer({ min: 1, max: 2 ** 45 });
    await fc.assert(
      fc.asyncProperty(size, size, async (one, other) => {
        const [older, newer] = [headAt(Math.min(one, other)), headAt(Math.max(one, other))];
        const levels = Math.ceil(Math.log2(newer.size));
        const inclusion = await inclusionProof(older.size - 1, newer.size, reader);
        assert.ok(inclusion.length <= levels);
        assert.ok(verifyInclusion(older.size - 1, full[0]!, newer, inclusion));
        const consistency = await consistencyProof(older.size, newer.size, reader);
        assert.ok(consistency.length <= levels + 1);
        assert.ok(verifyConsistency(older, newer, consistency));
      }),
      { numRuns },
    );
  });
});
