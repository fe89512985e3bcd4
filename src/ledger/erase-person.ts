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
  /** The size of the log when the erasure begins. Later events are not erased. */
  readonly snapshot: number;
  readonly paths: PersonalPaths;
}

export interface ErasureCounts {
  /** Of this person, also those without personal fields. */
  readonly events: number;
  /** Events that lost personal fields, or would lose them. */
  readonly erased: number;
  readonly alreadyErased: number;
}

export interface ErasableStore {
  readonly reader: Pick<EventReader, 'scan' | 'treeNodes'>;
  /** Absent, nothing is erased: the counts say what would be. */
  readonly eraser?: EventEraser;
}

/**
 * Erases the personal fields of every event of a person: what the person did, and what the person did in another's name.
 * One commitment covers all personal fields of an event, so those of the other person are erased too. Events without
 * personal fields do not change. It reads the log in batches, and each batch is durably erased before the next is read.
 * So after a failure the same call does the rest.
 *
 * An event is erased only if what remains of it has the hash of its leaf. Rejects with `corrupt` at the first event that
 * does not: someone changed it or its paths, and without its salt nobody could find out which.
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
  let [found, erased, alreadyErased] = [0, 0, 0];
  for await (const events of reader.scan(organisation, { from: 0, to: snapshot }, filter)) {
    const erasures: Erasure[] = [];
    found += events.length;
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
    await eraser?.erase(organisation, erasures);
    erased += erasures.length;
  }
  return { events: found, erased, alreadyErased };
}

/** Reads leaf hashes in ascending order, a tile at a time. */
function leafReader(reader: TreeReader, organisation: string, size: number) {
  let current = { tile: -1, leaves: new Uint8Array() };
  return async (sequence: number): Promise<Uint8Array> => {
    const tile = Math.floor(sequence / fullWidth);
    if (tile !== current.tile) {
      const width = Math.min(fullWidth, size - tile * fullWidth);
      current = {
        tile,
        leaves: new Uint8Array(await readTile(reader, organisation, 0, tile, width)),
      };
    }
    return hashAt(current.leaves, sequence % fullWidth);
  };
}
