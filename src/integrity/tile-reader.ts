import { AnnalsError } from '../core/errors.ts';
import { rootOf } from './frontier.ts';
import { hashAt, hashBytes } from './hash.ts';
import type { NodeReader } from './subtree.ts';
import { fullWidth, type Tile, tileHeight, tilePath, tileWidth } from './tiles.ts';

/**
 * Hashes of the nodes of a tree of `size` leaves, made of its tiles. `readTile` gives a tile's bytes; the last tile
 * of each level is kept, because what is read next mostly lies in it. Rejects with `corrupt` when a tile has not
 * exactly the hashes it must have, and with `invalid` for a node that is not a full one of this tree.
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
        `Cannot read node ${index} of level ${level}: a tree of ${size} leaves has none there`,
      );
    }
    // A node between two rows of tiles is made of a few neighbours in the lower one, all within one tile.
    const count = 2 ** (level % tileHeight);
    const first = index * count;
    const bytes = await tileAt(Math.floor(level / tileHeight), Math.floor(first / fullWidth));
    const place = first % fullWidth;
    return rootOf(Array.from({ length: count }, (_, at) => hashAt(bytes, place + at)));
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
    `Cannot use ${tilePath(tile)}: it has ${bytes.length} bytes, not ${tile.width * hashBytes}`,
  );
}
