import { DatabaseSync } from 'node:sqlite';
import { AnnalsError } from '../../core/errors.ts';
import { ensureIdentity } from '../../runtime/database-identity.ts';
import type { FileContent, FileSpan } from './catalogue.ts';
import type { DataDirectory } from './data-directory.ts';
import { isFooter, readContent } from './file-content.ts';

/** A file with what its name says. */
interface NamedFile extends FileSpan {
  readonly file: string;
}

/**
 * Fills the catalogue of a directory of format 1, which had none: which files counted followed from their names. It runs
 * in the transaction that sets the new format. Apart from that transaction it only gives unsealed segments their
 * identities, which Annals 0.1 does not mind. So it can be killed at any moment, and the next start repeats it. Files
 * that counted for nothing become obsolete, and are deleted once the catalogue says so.
 *
 * Throws `corrupt` for a directory that Annals 0.1 would not have opened either.
 */
export function upgradeFormat1(directory: DataDirectory, store: DatabaseSync): void {
  const files = directory.files();
  const named = files.map(parseName).filter((file) => file !== undefined);
  const sealed = newestVersions(named.filter(({ kind }) => kind === 'sealed' || kind === 'hashes'));
  const counting = new Map<NamedFile, FileContent>();
  for (const file of sealed) counting.set(file, sealedContent(directory, file));
  for (const file of named) {
    if (file.kind !== 'active' || sealed.some((other) => contains(other, file))) continue;
    const identity = identify(directory.pathOf(file.file));
    if (identity !== undefined) counting.set(file, { bytes: 0, identity });
  }
  if (counting.size === sealed.length && sealed.length > 0) {
    throw new AnnalsError(
      'corrupt',
      `Cannot open ${directory.path}: the segment that takes events is missing. Restore the directory from a backup`,
    );
  }
  for (const [run, content] of runsThatCount(directory, named, sealed)) counting.set(run, content);

  const insert = store.prepare(`
    INSERT INTO catalogue (kind, first, last, revision, file, state, bytes, identity)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  `);
  for (const file of named) {
    const { kind, first, last, revision, file: name } = file;
    const content = counting.get(file);
    if (content !== undefined) {
      insert.run(kind, first, last, revision, name, 'live', content.bytes, content.identity);
    } else if (kind !== 'ids' || isRun(directory, file)) {
      insert.run(kind, first, last, revision, name, 'obsolete', null, null);
    }
  }
  for (const name of files) {
    // Half a file never has a segment; the name is all that is needed to delete it.
    if (name.endsWith('.part')) insert.run('sealed', 0, 0, 0, name, 'obsolete', null, null);
  }
}

/** The sealed segments in order, each in its newest version, without those that were compacted into another. */
function newestVersions(sealed: readonly NamedFile[]): NamedFile[] {
  const newest: NamedFile[] = [];
  const inOrder = sealed.toSorted(
    (a, b) => a.first - b.first || b.last - a.last || b.revision - a.revision,
  );
  for (const file of inOrder) if (file.last > (newest.at(-1)?.last ?? -1)) newest.push(file);
  return newest;
}

/** Runs of ids count when one of their segments has its events, and no longer run contains them. */
function runsThatCount(
  directory: DataDirectory,
  named: readonly NamedFile[],
  sealed: readonly NamedFile[],
): [NamedFile, FileContent][] {
  const firstKept = (sealed.findLast(({ kind }) => kind === 'hashes')?.last ?? -1) + 1;
  const lastSealed = sealed.at(-1)?.last ?? -1;
  const runs = named.filter((file) => file.kind === 'ids' && isRun(directory, file));
  return runs
    .filter((run) => run.last >= firstKept && run.last <= lastSealed)
    .filter((run) => !runs.some((other) => other !== run && contains(other, run)))
    .map((run) => [run, readContent(directory.pathOf(run.file), 'ids')]);
}

/** A run whose end is damaged is left where it is, as if it were unknown: another is created from the events. */
function isRun(directory: DataDirectory, { file }: NamedFile): boolean {
  return isFooter('ids', readContent(directory.pathOf(file), 'ids'));
}

function sealedContent(directory: DataDirectory, { file }: NamedFile): FileContent {
  const content = readContent(directory.pathOf(file), 'sealed');
  if (isFooter('sealed', content)) return content;
  throw new AnnalsError(
    'corrupt',
    `Cannot open ${directory.path}: ${file} is damaged: its end is not what was written. Restore it from a backup`,
  );
}

/** Undefined for a database that was never completed: the process was killed while it began that segment. */
function identify(path: string): Uint8Array | undefined {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL');
    const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'nodes'").get();
    return table === undefined ? undefined : ensureIdentity(database);
  } finally {
    database.close();
  }
}

function contains(outer: NamedFile, inner: NamedFile): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

function parseName(file: string): NamedFile | undefined {
  const segment = /^segments\/(\d{6,})(?:-(\d{6,}))?(?:\.(\d+))?\.(segment|hashes)$/.exec(file);
  if (segment !== null) {
    const [, first, last = first, revision = 0, suffix] = segment;
    const kind = suffix === 'hashes' ? 'hashes' : 'sealed';
    return { file, kind, first: Number(first), last: Number(last), revision: Number(revision) };
  }
  const [, number] = /^segments\/(\d{6,})\.db$/.exec(file) ?? [];
  if (number !== undefined) {
    return { file, kind: 'active', first: Number(number), last: Number(number), revision: 0 };
  }
  const [, first, last] = /^ids\/(\d{6,})-(\d{6,})\.ids$/.exec(file) ?? [];
  if (first === undefined) return undefined;
  return { file, kind: 'ids', first: Number(first), last: Number(last), revision: 0 };
}
