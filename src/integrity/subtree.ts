import { type Hash, nodeHash } from './hash.ts';

/**
 * The shape of RFC 6962 trees, without their hashes. A node covers the leaves `[start, end)`: `start` is a multiple
 * of a power of two, and the length is that power, or less where the tree ends. Sizes go beyond 32 bits, so powers
 * of two are multiplied and divided here, never shifted.
 */
export interface Subtree {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the hash of the full subtree over leaves `[index · 2^level, (index + 1) · 2^level)`. Rejects when it cannot be
 * read.
 */
export type NodeReader = (level: number, index: number) => Promise<Hash>;

export function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** The children of a node. The left one is full: its width is the largest power of two below that of the node. */
export function halves({ start, end }: Subtree): [left: Subtree, right: Subtree] {
  let width = 1;
  while (width * 2 < end - start) width *= 2;
  return [
    { start, end: start + width },
    { start: start + width, end },
  ];
}

/** The fewest nodes of the tree of `size` leaves that together cover `[from, to)`, left to right. */
export function cover(from: number, to: number, size: number): Subtree[] {
  const nodes: Subtree[] = [];
  for (let start = from; start < to; ) {
    let width = 1;
    // The last node of a tree is shorter than its power of two, so that power may reach beyond `to`.
    const fits = (wider: number) => start + wider <= to || (to === size && start + width < size);
    while (start % (width * 2) === 0 && fits(width * 2)) width *= 2;
    const end = Math.min(start + width, size);
    nodes.push({ start, end });
    start = end;
  }
  return nodes;
}

/** The level of a full subtree; undefined for one that the end of the tree cuts short. */
export function levelOf({ start, end }: Subtree): number | undefined {
  const level = Math.round(Math.log2(end - start));
  return 2 ** level === end - start ? level : undefined;
}

/** The hash of a node: read if the node is full, computed from its full subtrees if the end of the tree cuts it short. */
export async function readSubtree(node: Subtree, read: NodeReader): Promise<Hash> {
  const level = levelOf(node);
  if (level !== undefined) return read(level, node.start / 2 ** level);
  const [left, right] = await Promise.all(halves(node).map((half) => readSubtree(half, read)));
  return nodeHash(left!, right!);
}
