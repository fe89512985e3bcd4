import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { type Checkpoint, parseCheckpoint } from '../integrity/checkpoint.ts';
import { parseNote } from '../integrity/note.ts';
import { newestCheckpointsIn } from '../ledger/checkpoints/sqlite/read-archive.ts';
import { readDatabase } from '../runtime/database-identity.ts';
import type { KnownRoot } from './log-trees.ts';

/**
 * The checkpoints in a file that was kept elsewhere: one that `annals verify --save` wrote, an anchor's file with many of
 * them, or `checkpoints.db` or `newest-checkpoints.db` of an old data directory. Signatures are not checked. Throws
 * `invalid` when there is none in it.
 */
export function readKnownCheckpoints(path: string): readonly Checkpoint[] {
  let found: Checkpoint[];
  try {
    found = isDatabase(path)
      ? readDatabase(path, newestCheckpointsIn).map(({ message }) => checkpointIn(message))
      : Array.from(notesIn(path).matchAll(notePattern), ([, text = '']) => parseCheckpoint(text));
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = isMissing ? 'there is no such file' : messageOf(cause);
    throw new AnnalsError('invalid', `Cannot read checkpoints from ${path}: ${reason}`, { cause });
  }
  if (found.length > 0) return found;
  throw new AnnalsError('invalid', `Cannot read checkpoints from ${path}: there is none in it`);
}

/** With the line feeds that a note has: a file that was sent by mail may have others, or lack the last one. */
const notesIn = (path: string): string =>
  `${readFileSync(path, 'utf8').replaceAll('\r\n', '\n')}\n`;

/**
 * What checkpoints say of the logs of a server, as its archive in a backup names it. Those of other servers are left out;
 * throws `invalid` when there are only such.
 */
export function knownRootsOf(checkpoints: readonly Checkpoint[], archive: string): KnownRoot[] {
  const own = existsSync(archive) ? readDatabase(archive, newestCheckpointsIn) : [];
  const servers = new Set(own.map(({ message }) => splitOrigin(checkpointIn(message)).server));
  const roots = checkpoints.flatMap((checkpoint) => {
    const { server, organisation } = splitOrigin(checkpoint);
    const { size, root } = checkpoint;
    return servers.size === 0 || servers.has(server) ? [{ organisation, size, root }] : [];
  });
  const [first] = checkpoints;
  if (first === undefined || roots.length > 0) return roots;
  throw new AnnalsError(
    'invalid',
    `Cannot restore: the checkpoints that were given are of ${splitOrigin(first).server}, and the backup is of ${[...servers].join(', ')}`,
  );
}

/** A note as it stands in a file with others: three lines or more, an empty line, signatures. */
const notePattern = /^((?:[^\n—][^\n]*\n){3,})\n(?:— [^\n]*\n)+/gm;

const checkpointIn = (message: string): Checkpoint => parseCheckpoint(parseNote(message).text);

function splitOrigin({ origin }: Checkpoint): { server: string; organisation: string } {
  const slash = origin.lastIndexOf('/');
  return { server: origin.slice(0, slash), organisation: origin.slice(slash + 1) };
}

function isDatabase(path: string): boolean {
  const magic = Buffer.alloc(16);
  const file = openSync(path, 'r');
  try {
    readSync(file, magic, 0, magic.length, 0);
  } finally {
    closeSync(file);
  }
  return magic.toString('latin1') === 'SQLite format 3\0';
}
