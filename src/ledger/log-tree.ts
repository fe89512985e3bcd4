import { AnnalsError } from '../core/errors.ts';
import { Frontier } from '../integrity/frontier.ts';
import { type Hash, hashAt, hashBytes } from '../integrity/hash.ts';
import type { NodeReader } from '../integrity/subtree.ts';
import { tileReader } from '../integrity/tile-reader.ts';
import { fullWidth, tileHeight } from '../integrity/tiles.ts';
import type { EventReader } from '../store/event-store.ts';

/** The tree of one log as the store keeps it: leaf hashes, and the tops of complete tiles. */
export type TreeReader = Pick<EventReader, 'treeNodes'>;

/** The hashes of one tile of a log. Rejects with `corrupt` when the store has not all of them. */
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

/** Nodes of a log's tree while it had `size` events, as proofs ask for them. */
export function treeNodeReader(reader: TreeReader, organisation: string, size: number): NodeReader {
  return tileReader(size, ({ level, index, width }) =>
    readTile(reader, organisation, Number(level), index, width),
  );
}

/** The root of a log's tree while it had `size` events. */
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
 * Lets a frontier grow to `size` events by what the store has of the tree: at most 255 hashes of each row of tiles on
 * both edges, however many events lie between. Rejects with `corrupt` when the store has not all of them.
 */
export async function growFrontier(
  frontier: Frontier,
  size: number,
  reader: TreeReader,
  organisation: string,
): Promise<void> {
  while (frontier.size < size) {
    const stretch = nextNodeRange(frontier.size, size);
    const hashes = await readNodes(reader, organisation, stretch);
    for (let place = 0; place < stretch.count; place += 1) {
      frontier.appendSubtree(stretch.level, hashAt(hashes, place));
    }
  }
}

/** Nodes `[from, from + count)` of a level. */
interface NodeRange {
  readonly level: number;
  readonly from: number;
  readonly count: number;
}

/** The highest nodes kept that begin at `start` and end at or before `end`, as far as their tile goes. */
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
    `Cannot read the tree of ${organisation}: of the nodes ${from} to ${from + count} of level ${level} only ${hashes.length / hashBytes} are there`,
  );
}
