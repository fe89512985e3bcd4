import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Frontier, rootOf } from './frontier.ts';
import { emptyRoot, type Hash, leafHash, nodeHash } from './hash.ts';
import { entries, nodes, nodesAt, roots } from './published-tree.fixture.ts';
import { mth, someLeaves } from './reference-tree.fixture.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 50);

/** CompactTrees of the same source: the nodes that a tree of each size consists of. */
const peaks = ['', '0/0', '1/0', '1/0 0/2', '2/0', '2/0 0/4', '2/0 1/2', '2/0 1/2 0/6', '3/0'];

describe('the published tree of RFC 6962', () => {
  it('has these leaf and node hashes', () => {
    assert.deepEqual(entries.map(leafHash), nodes[0]);
    for (const [below, level] of nodes.slice(1).entries()) {
      const pairs = level.map((_, at) =>
        nodeHash(nodes[below]![2 * at]!, nodes[below]![2 * at + 1]!),
      );
      assert.deepEqual(pairs, level);
    }
  });

  it('hashes a text as its UTF-8 bytes', () => {
    assert.deepEqual(leafHash('Zo\u00eb \u20ac'), leafHash(Buffer.from('Zo\u00eb \u20ac')));
    const bytes = Buffer.of(0xff, 0xc3);
    const expected = createHash('sha256').update(Buffer.of(0)).update(bytes).digest();
    assert.deepEqual(Buffer.from(leafHash(bytes)), expected);
  });

  it('has this root and this frontier at every size', () => {
    assert.deepEqual(emptyRoot, roots[0]);
    const frontier = new Frontier();
    for (const [size, root] of roots.entries()) {
      if (size > 0) frontier.append([nodes[0]![size - 1]!]);
      assert.equal(frontier.size, size);
      assert.deepEqual(frontier.root(), root);
      assert.deepEqual(Buffer.from(frontier.toBytes()), Buffer.concat(nodesAt(peaks[size]!)));
    }
  });
});

describe('a frontier', () => {
  it('has the root of its leaves, in whatever batches they were added and stored', () => {
    const portions = fc.array(fc.nat({ max: 40 }), { maxLength: 8 });
    fc.assert(
      fc.property(portions, (counts) => {
        const leaves = someLeaves(counts.reduce((sum, count) => sum + count, 0));
        let frontier = new Frontier();
        for (const count of counts) {
          frontier.append(leaves.slice(frontier.size, frontier.size + count));
          frontier = Frontier.fromBytes(frontier.size, frontier.toBytes());
        }
        assert.equal(frontier.size, leaves.length);
        assert.deepEqual(Buffer.from(frontier.root()), mth(leaves));
      }),
      { numRuns },
    );
  });

  it('stays as it was when a clone of it grows', () => {
    const leaves = someLeaves(11);
    const frontier = new Frontier();
    frontier.append(leaves.slice(0, 7));
    const before = frontier.root();
    const clone = frontier.clone();
    clone.append(leaves.slice(7));
    assert.deepEqual(clone.root(), mth(leaves));
    assert.deepEqual([frontier.size, frontier.root()], [7, before]);
  });

  it('does not change with the bytes it was read from', () => {
    const leaf = Buffer.from(leafHash('one'));
    const frontier = new Frontier();
    frontier.append([leaf]);
    const stored = Buffer.from(frontier.toBytes());
    const again = Frontier.fromBytes(1, stored);
    leaf.fill(0);
    stored.fill(0);
    assert.deepEqual(frontier.root(), leafHash('one'));
    assert.deepEqual(Buffer.from(again.root()), leafHash('one'));
  });

  it('reports each full tile of 256 hashes, and each full tile of those', () => {
    const leaves = someLeaves(256 * 256 + 700);
    const frontier = new Frontier();
    const first = frontier.append(leaves.slice(0, 1000));
    const reported = [...first, ...frontier.append(leaves.slice(1000))];
    assert.deepEqual(
      first.map(({ level, index }) => [level, index]),
      [
        [8, 0],
        [8, 1],
        [8, 2],
      ],
    );
    const tops = reported.filter(({ level }) => level === 8);
    assert.equal(tops.length, 258);
    for (const { index, hash } of [tops[0]!, tops[1]!, tops[200]!, tops[257]!]) {
      assert.deepEqual(hash, mth(leaves.slice(index * 256, (index + 1) * 256)));
    }
    const above = reported.filter(({ level }) => level !== 8);
    assert.deepEqual(above, [
      { level: 16, index: 0, hash: rootOf(tops.slice(0, 256).map(({ hash }) => hash)) },
    ]);
  });

  it('appends full subtrees by their hash', () => {
    const leaves = someLeaves(14);
    const frontier = new Frontier();
    frontier.appendSubtree(3, mth(leaves.slice(0, 8)));
    frontier.appendSubtree(2, mth(leaves.slice(8, 12)));
    assert.deepEqual(frontier.root(), mth(leaves.slice(0, 12)));
    assert.deepEqual(frontier.root(mth(leaves.slice(12))), mth(leaves));
  });

  it('counts beyond 32 bits', () => {
    const leaf = leafHash('');
    const full: Hash[] = [leaf];
    while (full.length <= 40) full.push(nodeHash(full.at(-1)!, full.at(-1)!));
    const frontier = Frontier.fromBytes(2 ** 40 - 1, Buffer.concat(full.slice(0, 40).reverse()));
    frontier.append([leaf]);
    assert.equal(frontier.size, 2 ** 40);
    assert.deepEqual(frontier.root(), full[40]);
  });

  it('rejects stored bytes that cannot be those of its size', () => {
    const bytes = Buffer.alloc(64);
    for (const size of [0, 1, 4, 7, -3, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => Frontier.fromBytes(size, bytes), { code: 'corrupt' });
    }
    assert.equal(Frontier.fromBytes(6, bytes).size, 6);
  });
});
