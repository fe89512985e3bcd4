import type { Stretch } from './segment.ts';
import { rowsOf, selections } from './selections.ts';
import type { Slices } from './slices.ts';

/** The hashes of a level's nodes `[from, from + count)`, one after the other, as far as there are some. */
export function* treeNodes(
  stretches: readonly Stretch[],
  level: number,
  from: number,
  count: number,
): Slices<Uint8Array> {
  const hashes: Uint8Array[] = [];
  if (level === 0) {
    for (const selection of selections(stretches, {}, { from, to: from + count })) {
      hashes.push(...selection.stretch.leafHashes(rowsOf(selection)));
      yield;
    }
  } else {
    for (let index = from; index < from + count; index += 1) {
      const hash = nodeIn(stretches, level, index);
      if (hash === undefined) break;
      hashes.push(hash);
    }
  }
  return new Uint8Array(Buffer.concat(hashes));
}

/** A node stands where the event stands that completed it. */
function nodeIn(
  stretches: readonly Stretch[],
  level: number,
  index: number,
): Uint8Array | undefined {
  const completedBy = (index + 1) * 2 ** level - 1;
  for (const stretch of stretches) {
    const { from, to } = stretch.range;
    if (completedBy < from || completedBy >= to) continue;
    const hash = stretch.node(level, index);
    if (hash !== undefined) return hash;
  }
  return undefined;
}
