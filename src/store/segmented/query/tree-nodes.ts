import type { PausableWork } from '../../../core/pausable-work.ts';
import type { LogSlice } from '../log-slice.ts';
import { slicesFrom } from './row-selections.ts';

/** The hashes of a level's nodes `[from, from + count)`, one after the other, as far as the tree has them. */
export function* treeNodes(
  slices: readonly LogSlice[],
  level: number,
  from: number,
  count: number,
): PausableWork<Uint8Array> {
  const hashes: Uint8Array[] = [];
  if (level === 0) {
    for (const slice of slicesFrom(slices, from)) {
      hashes.push(...slice.leafHashes({ from, to: from + count }));
      yield;
    }
  } else {
    hashes.push(...upperNodes(slices, level, from, count));
  }
  return new Uint8Array(Buffer.concat(hashes));
}

/** A node is in the slice of the event that completed it, so nodes are in the order of slices. */
function upperNodes(
  slices: readonly LogSlice[],
  level: number,
  from: number,
  count: number,
): Uint8Array[] {
  const found: Uint8Array[] = [];
  const completedBy = (index: number) => (index + 1) * 2 ** level - 1;
  for (const slice of slicesFrom(slices, completedBy(from))) {
    if (found.length === count) break;
    if (slice.range.to <= completedBy(from + found.length)) continue;
    while (found.length < count) {
      const hash = slice.node(level, from + found.length);
      if (hash === undefined) break;
      found.push(hash);
    }
  }
  return found;
}
