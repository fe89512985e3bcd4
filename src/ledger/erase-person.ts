import { AnnalsError } from '../core/errors.ts';
import type { Filter } from '../core/filter.ts';
import { hashAt, leafHash, sameHash } from '../integrity/hash.ts';
import { leafTextOf, withoutCommitment } from '../integrity/leaf-text.ts';
import type { PersonalPaths } from '../integrity/personal.ts';
import { fullWidth } from '../integrity/tiles.ts';
import type { Erasure, EventEraser, EventReader } from '../store/event-store.ts';
import { readTile, type TreeReader } from './log-tree.ts';

export interface PersonToErase {
  readonly organisation: string;
  readonly userIdentity: string;
  /** Size of the log that is gone through; what is recorded meanwhile stays. */
  readonly snapshot: number;
  readonly paths: PersonalPaths;
}

export interface ErasureCounts {
  readonly erased: number;
  readonly alreadyErased: number;
}

export interface ErasableStore {
  readonly reader: Pick<EventReader, 'scan' | 'treeNodes'>;
  readonly eraser: EventEraser;
}

/**
 * Erases the personal parts of every event of a person: those that the person did, and those that the person did in
 * another's name. What is personal in such an event is one commitment, so the other's parts go too. Events without
 * personal parts are left as they are. Goes through the log in batches; each is durably erased before the next is
 * read, so after a failure the same call does the rest.
 *
 * An event is erased only if what remains of it leads to its leaf. Rejects with `corrupt` naming the first that does
 * not: whether it was changed, or what is personal in it, its salt is the last that could tell.
 */
export async function erasePerson(
  { reader, eraser }: ErasableStore,
  person: PersonToErase,
): Promise<ErasureCounts> {
  const { organisation, userIdentity, snapshot, paths } = person;
  const filter: Filter = {
    conditions: [{ facets: ['userIdentity', 'impersonatorIdentity'], values: [userIdentity] }],
  };
  const leafAt = leafReader(reader, organisation, snapshot);
  let [erased, alreadyErased] = [0, 0];
  for await (const events of reader.scan(organisation, { from: 0, to: snapshot }, filter)) {
    const erasures: Erasure[] = [];
    for (const { sequence, body, salt } of events) {
      if (salt === undefined) {
        if (withoutCommitment(body) !== undefined) alreadyErased += 1;
        continue;
      }
      const remains = leafTextOf(body, salt, paths);
      if (!sameHash(leafHash(remains), await leafAt(sequence))) {
        throw new AnnalsError(
          'corrupt',
          `Cannot erase event ${sequence} of ${organisation}: it is not the one that was recorded`,
        );
      }
      erasures.push({ sequence, body: remains });
    }
    await eraser.erase(organisation, erasures);
    erased += erasures.length;
  }
  return { erased, alreadyErased };
}

/** Leaf hashes in ascending order of place, a tile of them at a time. */
function leafReader(reader: TreeReader, organisation: string, size: number) {
  let held = { tile: -1, leaves: new Uint8Array() };
  return async (sequence: number): Promise<Uint8Array> => {
    const tile = Math.floor(sequence / fullWidth);
    if (tile !== held.tile) {
      const width = Math.min(fullWidth, size - tile * fullWidth);
      held = { tile, leaves: new Uint8Array(await readTile(reader, organisation, 0, tile, width)) };
    }
    return hashAt(held.leaves, sequence % fullWidth);
  };
}
