import type { LogSlice } from '../log-slice.ts';
import { slicesFrom } from './row-selections.ts';
import type { Slices } from './run-in-slices.ts';

/** The hashes of a level's nodes `[from, from + count)`, one after the other, as far as there are some. */
export function* treeNodes(
  slices: readonly LogSlice[],
  level: number,
  from: number,
  count: number,
): Slices<Uint8Array> {
  const hashes: Uint8Array[] = [];
  if (level === 0) {
    for (const stretch of slicesFrom(slices, from)) {
      hashes.push(...stretch.leafHashes({ from, to: from + count }));
      yield;
    }
  } else {
    hashes.push(...upperNodes(slices, level, from, count));
  }
  return new Uint8Array(Buffer.concat(hashes));
}

/** A node stands where the event stands that completed it, so they are in order from segment to segment. */
function upperNodes(
  slices: readonly LogSlice[],
  level: number,
  from: number,
  count: number,
): Uint8Array[] {
  const found: Uint8Array[] = [];
  const completedBy = (index: number) => (index + 1) * 2 ** level - 1;
  for (const stretch of slicesFrom(slices, completedBy(from))) {
    if (found.length === count) break;
    if (stretch.range.to <= completedBy(from + found.length)) continue;
    while (found.length < count) {
      const hash = stretch.node(level, from + found.length);
      if (hash === undefined) break;
      found.push(hash);
    }
  }
  return found;
}
