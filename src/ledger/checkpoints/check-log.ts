import { AnnalsError } from '../../core/errors.ts';
import { openCheckpoint } from '../../integrity/checkpoint.ts';
import { Frontier } from '../../integrity/frontier.ts';
import { hashAt, leafHash, sameHash } from '../../integrity/hash.ts';
import type { KnownKey } from '../../integrity/known-key.ts';
import { leafTextOf } from '../../integrity/leaf-text.ts';
import type { PersonalPaths } from '../../integrity/personal.ts';
import { fullWidth } from '../../integrity/tiles.ts';
import type { EventReader, Range, StoredEvent } from '../../store/event-store.ts';
import { recordedDrop } from '../drop-records.ts';
import { growFrontier, readTile, rootAt } from '../log-tree.ts';
import type { IssuedCheckpoint } from './archive.ts';
import { logRebuilt, logRolledBack } from './checkpoints.ts';

export interface LogToCheck {
  readonly organisation: string;
  /** Its name in messages to the operator. */
  readonly name: string;
  readonly newest: IssuedCheckpoint | undefined;
}

type LogReader = Pick<EventReader, 'head' | 'list' | 'scan' | 'treeNodes' | 'dropped'>;

/** What logs are checked with. */
export interface LogCheckOptions {
  readonly paths: PersonalPaths;
  /** Every key that signs here or did before, and up to which size it is valid. */
  readonly keys: readonly KnownKey[];
}

/**
 * Computes the end of a log's tree again, and compares. The events of the last tile (1 to 256, without those that were
 * dropped) must have their leaf hashes. These and the tiles above must lead to the stored root and frontier. The newest
 * checkpoint must be signed and of this log. If events were dropped, the log itself must say so.
 * Rejects with `corrupt`, naming the log and what is wrong. It needs a few reads, however long the log is. `annals verify`
 * checks the events before the last tile.
 */
export async function checkLog(
  reader: LogReader,
  { organisation, name, newest }: LogToCheck,
  { paths, keys }: LogCheckOptions,
): Promise<void> {
  const head = await reader.head(organisation);
  if (newest !== undefined && !isSigned(newest, keys)) {
    throw logChanged(name, `its checkpoint of ${newest.size} events is not signed by this server`);
  }
  if (newest !== undefined && newest.size > head.size) {
    const { message } = logRolledBack(name, newest.size, head);
    throw new AnnalsError('corrupt', `${message}. ${wayForward}`);
  }
  const dropped = (await reader.dropped(organisation))?.before ?? 0;
  if (dropped > 0 && (await recordedDrop(reader, organisation, dropped)) === undefined) {
    throw logChanged(
      name,
      `its first ${dropped} events are missing, and no record says that they were dropped`,
    );
  }
  const kept = { from: dropped, to: head.size };
  const tree = await computeFrontier(reader, { organisation, name }, kept, paths);
  if (!sameHash(tree.root(), head.root)) {
    throw logChanged(
      name,
      `the tree over its ${head.size} events does not lead to the stored root`,
    );
  }
  if (Buffer.compare(tree.toBytes(), head.frontier) !== 0) {
    throw logChanged(name, `the stored frontier is not that of its tree of ${head.size} events`);
  }
  if (newest === undefined) return;
  // After an orderly stop the checkpoint is of the whole log, and the root is already known.
  const root =
    newest.size === head.size ? head.root : await rootAt(reader, organisation, newest.size);
  if (!sameHash(root, newest.root)) throw logRebuilt(name, newest.size);
}

const wayForward =
  'If the data directory was put back from an older copy: put back all of it elsewhere, back that up with annals backup, ' +
  'and create a new one with annals restore --checkpoint checkpoints.db --accept-loss. It records what is lost ' +
  '(docs/operate/backup.md)';

/** Computes the frontier of the tree from the kept events of its last tile, and from all hashes before them. */
async function computeFrontier(
  reader: LogReader,
  { organisation, name }: Pick<LogToCheck, 'organisation' | 'name'>,
  kept: Range,
  paths: PersonalPaths,
): Promise<Frontier> {
  const tree = new Frontier();
  const size = kept.to;
  if (size === 0) return tree;
  const tile = Math.ceil(size / fullWidth) - 1;
  const first = tile * fullWidth;
  const from = Math.max(first, kept.from);
  await growFrontier(tree, from, reader, organisation);
  const leaves = await readTile(reader, organisation, 0, tile, size - first);
  for await (const events of reader.scan(organisation, { from, to: size })) {
    for (const event of events) {
      const sequence = tree.size;
      if (event.sequence !== sequence) throw logChanged(name, `event ${sequence} is missing`);
      const leaf = leafOf(event, paths);
      if (leaf === undefined || !sameHash(leaf, hashAt(leaves, sequence - first))) {
        throw logChanged(name, `event ${sequence} is not the one that was recorded`);
      }
      tree.append([leaf]);
    }
  }
  if (tree.size < size) throw logChanged(name, `event ${tree.size} is missing`);
  return tree;
}

function isSigned(
  { organisation, size, root, message }: IssuedCheckpoint,
  keys: readonly KnownKey[],
): boolean {
  try {
    const { checkpoint } = openCheckpoint(message, keys);
    const isOfLog = checkpoint.origin.endsWith(`/${organisation}`);
    return isOfLog && checkpoint.size === size && sameHash(checkpoint.root, root);
  } catch {
    return false;
  }
}

/** Undefined when the body is not the text of an event. */
function leafOf({ body, salt }: StoredEvent, paths: PersonalPaths): Uint8Array | undefined {
  try {
    return leafHash(leafTextOf(body, salt, paths));
  } catch {
    return undefined;
  }
}

function logChanged(name: string, what: string): AnnalsError {
  return new AnnalsError('corrupt', `The log of ${name} was changed: ${what}`);
}
