import { hashAt, hashBytes, sameHash } from '../../integrity/hash.ts';
import type { LeafRange } from '../../integrity/multiproof.ts';
import type { FetchHashes, ProvedEvent } from './proof-lines.ts';

/**
 * The sequence of the first event whose leaf is not the one in the log's tree; undefined when there is none. It compares
 * leaf by leaf, with two requests for each batch of events, so it is for an export that cannot be proved.
 *
 * @param events in order of sequence, of a log of `size`
 */
export async function findChangedEvent(
  size: number,
  events: AsyncIterable<readonly ProvedEvent[]>,
  fetchHashes: FetchHashes,
): Promise<number | undefined> {
  for await (const batch of events) {
    // With one leaf, the root is the leaf: nothing else can be wrong.
    if (size === 1) return batch[0]?.sequence;
    let first: number | undefined;
    // A hash is sent for what a multiproof leaves out. Of two neighbours it would be one hash for both.
    for (const half of [0, 1]) {
      const some = batch.filter((_, index) => index % 2 === half);
      if (some.length === 0) continue;
      const hashes = await fetchHashes(size, allBut(some, size));
      if (hashes.length !== some.length * hashBytes) return undefined;
      const changed = some.find(({ leaf }, index) => !sameHash(leaf, hashAt(hashes, index)));
      if (changed !== undefined) first = Math.min(first ?? size, changed.sequence);
    }
    if (first !== undefined) return first;
  }
  return undefined;
}

/** The ranges of leaves before, between and after these events. */
function allBut(events: readonly ProvedEvent[], size: number): LeafRange[] {
  const ends = [...events.map(({ sequence }) => sequence), size];
  return ends
    .map((to, index) => ({ from: index === 0 ? 0 : ends[index - 1]! + 1, to }))
    .filter(({ from, to }) => from < to);
}
