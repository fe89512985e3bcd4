import { AnnalsError } from '../core/errors.ts';
import { Frontier } from '../integrity/frontier.ts';
import { type Hash, hashAt, hashBytes } from '../integrity/hash.ts';
import type { NodeReader } from '../integrity/subtree.ts';
import { tileReader } from '../integrity/tile-reader.ts';
import { fullWidth, tileHeight } from '../integrity/tiles.ts';
import type { EventReader } from '../store/event-store.ts';

/** The tree of a log as the store keeps it: leaf hashes, and the roots of complete tiles. */
export type TreeReader = Pick<EventReader, 'treeNodes'>;

/** The hashes of one tile of a log. Rejects with `corrupt` when the store does not have all of them. */
export async function readTile(
  reader: TreeReader,
  organisation: string,
  row: number,
  index: number,
  width: number,
): Promise<Uint8Array> {
  const from = index * fullWidth;
  return readNodes(reader, organisation, { level: row * tileHeight, from, count: width });
}

/** Reads nodes of a log's tree at `size` events, for proofs. */
export function treeNodeReader(reader: TreeReader, organisation: string, size: number): NodeReader {
  return tileReader(size, ({ level, index, width }) =>
    readTile(reader, organisation, Number(level), index, width),
  );
}

/** The root of a log's tree at `size` events. */
export async function rootAt(
  reader: TreeReader,
  organisation: string,
  size: number,
): Promise<Hash> {
  const frontier = new Frontier();
  await growFrontier(frontier, size, reader, organisation);
  return frontier.root();
}

/**
 * Lets a frontier grow to `size` events with hashes from the store: at most 255 of each row of tiles at both ends,
 * however many events are between. Rejects with `corrupt` when the store does not have all of them.
 */
export async function growFrontier(
  frontier: Frontier,
  size: number,
  reader: TreeReader,
  organisation: string,
): Promise<void> {
  while (frontier.size < size) {
    const range = nextNodeRange(frontier.size, size);
    const hashes = await readNodes(reader, organisation, range);
    for (let index = 0; index < range.count; index += 1) {
      frontier.appendSubtree(range.level, hashAt(hashes, index));
    }
  }
}

/** Nodes `[from, from + count)` of a level. */
interface NodeRange {
  readonly level: number;
  readonly from: number;
  readonly count: number;
}

/** The highest nodes in the store that begin at `start` and end at or before `end`, up to the end of their tile. */
function nextNodeRange(start: number, end: number): NodeRange {
  let level = 0;
  const fits = (higher: number) => start % 2 ** higher === 0 && start + 2 ** higher <= end;
  while (fits(level + tileHeight)) level += tileHeight;
  const from = start / 2 ** level;
  const tileEnd = (Math.floor(from / fullWidth) + 1) * fullWidth;
  return { level, from, count: Math.min(tileEnd, Math.floor(end / 2 ** level)) - from };
}

async function readNodes(
  reader: TreeReader,
  organisation: string,
  { level, from, count }: NodeRange,
): Promise<Uint8Array> {
  const hashes = await reader.treeNodes(organisation, level, from, count);
  if (hashes.length === count * hashBytes) return hashes;
  throw new AnnalsError(
    'corrupt',
    `Cannot read the tree of ${organisation}: of the nodes ${from} to ${from + count} of level ${level} the store has only ${hashes.length / hashBytes}`,
  );
}
