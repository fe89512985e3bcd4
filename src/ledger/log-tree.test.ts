import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Frontier, rootOf } from '../integrity/frontier.ts';
import type { Hash } from '../integrity/hash.ts';
import { someLeaves } from '../integrity/reference-tree.fixture.ts';
import { growFrontier, rootAt, type TreeReader, treeNodeReader } from './log-tree.ts';

const organisation = 'org-1';
const leaves = someLeaves(66_500);
const reader = readerOf(leaves);

/** Keeps what a store keeps, and counts the hashes it is asked for. */
function readerOf(hashes: readonly Hash[]): TreeReader & { read: number } {
  const rows = new Map<number, Hash[]>([[0, [...hashes]]]);
  for (const { level, hash } of new Frontier().append(hashes)) {
    const row = rows.get(level) ?? [];
    row.push(hash);
    rows.set(level, row);
  }
  return {
    read: 0,
    async treeNodes(_organisation, level, from, count) {
      const found = (rows.get(level) ?? []).slice(from, from + count);
      this.read += found.length;
      return new Uint8Array(Buffer.concat(found));
    },
  };
}

const sizes = fc.oneof(
  fc.integer({ min: 0, max: leaves.length }),
  fc.constantFrom(0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 65_792, leaves.length),
);

describe('the tree of a log, read from its store', () => {
  it('has the root of its leaves at every size', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const expected = rootOf(leaves.slice(0, size));
        assert.deepEqual(await rootAt(reader, organisation, size), expected);
      }),
      { numRuns: 12 },
    );
  });

  it('grows from any size to any other with few hashes', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const frontier = new Frontier();
        frontier.append(leaves.slice(0, from));
        reader.read = 0;
        await growFrontier(frontier, to, reader, organisation);
        assert.ok(reader.read <= 5 * 255, `${reader.read} hashes from ${from} to ${to}`);
        assert.deepEqual(frontier.root(), rootOf(leaves.slice(0, to)));
      }),
      { numRuns: 12 },
    );
  });

  it('is rejected where the store lacks a part of it', async () => {
    const cut = readerOf(leaves.slice(0, 300));
    for (const missing of [
      () => rootAt(cut, organisation, 301),
      () => rootAt(cut, organisation, 600),
      () => treeNodeReader(cut, organisation, 301)(0, 300),
    ]) {
      await assert.rejects(missing, { code: 'corrupt', message: /tree of org-1/ });
    }
  });
});
