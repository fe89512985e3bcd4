import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Frontier } from './frontier.ts';
import { type Hash, leafHash } from './hash.ts';
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from './proof.ts';
import { mth } from './reference-tree.fixture.ts';
import { tileReader } from './tile-reader.ts';
import { type Tile, tilePath, tilesOf } from './tiles.ts';

const leaves = Array.from({ length: 66_600 }, (_, at) => leafHash(`${at}`));
const frontier = new Frontier();
const rows: Hash[][] = [leaves, [], []];
for (const { level, hash } of frontier.append(leaves)) rows[level / 8]!.push(hash);

/** What a store keeps, leaf hashes and the nodes an append reports, served as tiles. */
function serve({ level, index, width }: Tile): Uint8Array {
  return Buffer.concat(rows[Number(level)]!.slice(index * 256, index * 256 + width));
}

describe('reading nodes from tiles', () => {
  it('reads the hash of any full subtree', async () => {
    const read = tileReader(leaves.length, async (tile) => serve(tile));
    for (const [level, index] of [
      [0, 66_599],
      [1, 0],
      [7, 519],
      [8, 259],
      [9, 1],
      [13, 7],
      [16, 0],
    ] as const) {
      const covered = leaves.slice(index * 2 ** level, (index + 1) * 2 ** level);
      assert.deepEqual(await read(level, index), mth(covered), `level ${level}, index ${index}`);
    }
  });

  it('is enough for proofs, and reads only tiles that the tree has', async () => {
    const size = leaves.length;
    const tree = { size, root: frontier.root() };
    const known = new Set([...tilesOf(size)].map(tilePath));
    const readTiles: string[] = [];
    const read = tileReader(size, async (tile) => {
      readTiles.push(tilePath(tile));
      return serve(tile);
    });
    const inclusion = await inclusionProof(40_000, size, read);
    assert.ok(verifyInclusion(40_000, leaves[40_000]!, tree, inclusion));
    const older = { size: 1_000, root: mth(leaves.slice(0, 1_000)) };
    assert.ok(verifyConsistency(older, tree, await consistencyProof(1_000, size, read)));
    assert.ok(readTiles.every((path) => known.has(path)));
    assert.ok(readTiles.length < 12, `${readTiles.length} tiles were read`);
  });

  it('rejects a tile that is too short or too long', async () => {
    for (const bytes of [0, 31, 8191, 8224]) {
      const read = tileReader(leaves.length, async () => new Uint8Array(bytes));
      await assert.rejects(read(0, 5), { code: 'corrupt', message: /tile\/0\/000/ });
    }
  });

  it('rejects a node that is not full in this tree', async () => {
    const read = tileReader(leaves.length, async (tile) => serve(tile));
    for (const [level, index] of [
      [0, 66_600],
      [3, 8325],
      [17, 0],
    ] as const) {
      await assert.rejects(read(level, index), { code: 'invalid' });
    }
  });

  it('rejects as the store does', async () => {
    const read = tileReader(10, async () => {
      throw new Error('the disk is gone');
    });
    await assert.rejects(inclusionProof(3, 10, read), /the disk is gone/);
  });
});
