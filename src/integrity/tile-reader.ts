import { AnnalsError } from '../core/errors.ts';
import { rootOf } from './frontier.ts';
import { hashAt, hashBytes } from './hash.ts';
import type { NodeReader } from './subtree.ts';
import { fullWidth, type Tile, tileHeight, tilePath, tileWidth } from './tiles.ts';

/**
 * Reads the hashes of nodes of a tree of `size` leaves from its tiles. `readTile` reads the bytes of a tile. The last tile
 * of each level is kept, because the next node is mostly in it. Rejects with `corrupt` when a tile does not have exactly
 * its hashes, and with `invalid` for a node that is not full in this tree.
 */
export function tileReader(
  size: number,
  readTile: (tile: Tile) => Promise<Uint8Array>,
): NodeReader {
  const latest = new Map<number, { index: number; bytes: Promise<Uint8Array> }>();

  function tileAt(level: number, index: number): Promise<Uint8Array> {
    const known = latest.get(level);
    if (known?.index === index) return known.bytes;
    const bytes = readWhole({ level, index, width: tileWidth(level, index, size) }, readTile);
    latest.set(level, { index, bytes });
    return bytes;
  }

  return async (level, index) => {
    if ((index + 1) * 2 ** level > size) {
      throw new AnnalsError(
        'invalid',
        `Cannot read node ${index} of level ${level}: a tree of ${size} leaves does not have it`,
      );
    }
    // A node between two rows of tiles is computed from a few neighbours in the lower row, all in one tile.
    const count = 2 ** (level % tileHeight);
    const first = index * count;
    const bytes = await tileAt(Math.floor(level / tileHeight), Math.floor(first / fullWidth));
    const start = first % fullWidth;
    return rootOf(Array.from({ length: count }, (_, at) => hashAt(bytes, start + at)));
  };
}

async function readWhole(
  tile: Tile,
  readTile: (tile: Tile) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const bytes = await readTile(tile);
  if (bytes.length === tile.width * hashBytes) return bytes;
  throw new AnnalsError(
    'corrupt',
    `Cannot use ${tilePath(tile)}: it has ${bytes.length} bytes, expected ${tile.width * hashBytes}`,
  );
}
