import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { messageOf } from '../../core/errors.ts';
import { readDatabase } from '../../runtime/database-identity.ts';
import { CommitLogReader } from './active/commit-log-reader.ts';
import type { FileKind, LiveFile } from './catalogue.ts';
import { DataDirectory } from './data-directory.ts';
import {
  databaseProblem,
  type FileProblem,
  fileProblem,
  unknownFiles,
  unregisteredProblem,
} from './file-content.ts';
import { IdRun } from './ids/id-run.ts';
import { SegmentFile } from './sealed/segment-file.ts';
import { type OtherDatabase, readStoreFile } from './store-file.ts';

/** A file that was looked at. */
export interface CheckedFile {
  /** Its path below the data directory. */
  readonly file: string;
  /** Events or ids in a sealed file, which was read from front to back; absent for a database, and for what cannot be read. */
  readonly entries?: number;
  /** How it differs from what it should be; both are absent when it does not. */
  readonly kind?: FileProblem['kind'];
  /** A sentence about it. */
  readonly problem?: string;
}

/**
 * Compares a data directory with its catalogue: whether each file is there, and is the one that was written. Sealed files
 * are read whole and compared with their checksums, and so are the events in databases. Then it names the files that are
 * not in the catalogue. It changes nothing, and a server may be using the directory. `others` are the databases that a
 * server keeps beside the store; they are looked for even when they were never registered.
 *
 * Rejects with `unavailable` when the catalogue cannot be read.
 */
export async function* checkDataDirectory(
  path: string,
  others: readonly OtherDatabase[] = [],
): AsyncIterable<CheckedFile> {
  const directory = new DataDirectory(path);
  if (!existsSync(directory.storePath)) {
    yield { file: 'store.db', kind: 'missing', problem: 'is missing: it has the catalogue' };
    return;
  }
  // What is listed before the catalogue is read, and is not in it, was never in it, or is gone by now.
  const listed = new Set(directory.files());
  const { live, databases, installation } = readStoreFile(directory);
  for (const file of live) {
    await setImmediate();
    const checked = checkFile(directory, file);
    if (checked.problem !== undefined && !isLive(directory, file)) continue;
    yield checked;
  }
  for (const database of databases) {
    const { file } = database;
    const found = unlessUnreadable(file, () => databaseProblem(directory, database));
    yield found ?? { file };
  }
  // A directory that no server of this version has opened has no installation yet.
  for (const { file } of installation === undefined ? [] : others) {
    if (databases.some((known) => known.file === file)) continue;
    const look = () => unregisteredProblem(directory, { file }, installation!);
    yield unlessUnreadable(file, look) ?? { file };
  }
  const contents = readStoreFile(directory);
  for (const found of unknownFiles(directory, contents.live, contents.others)) {
    if (listed.has(found.file)) yield found;
  }
}

/** Files are replaced and deleted while we look at them. Only one that counts for the whole time can be wrong. */
function isLive(directory: DataDirectory, { fileId }: LiveFile): boolean {
  return readStoreFile(directory).live.some((file) => file.fileId === fileId);
}

function checkFile(directory: DataDirectory, live: LiveFile): CheckedFile {
  const { kind, file } = live;
  const found = unlessUnreadable(file, () => fileProblem(directory, live));
  return found ?? { file, ...checkFileContent(directory.pathOf(file), kind) };
}

/** Reads a whole file of the store, wherever it is, and compares it with the checksums in it. */
export function checkFileContent(path: string, kind: FileKind): Omit<CheckedFile, 'file'> {
  if (kind === 'active') return checkCommitLog(path);
  return checkContent(path, kind === 'ids' ? openIdRun : openSegment);
}

function unlessUnreadable(file: string, look: () => FileProblem | undefined) {
  try {
    return look();
  } catch (error) {
    return { file, kind: 'damaged', problem: `cannot be read: ${messageOf(error)}` } as const;
  }
}

/** The events of a database, which may be open in a server that adds others. */
function checkCommitLog(path: string): Omit<CheckedFile, 'file'> {
  try {
    const { problems } = readDatabase(path, (database) => new CommitLogReader(database).check());
    const problem = problems.length === 0 ? undefined : problems.slice(0, 10).join('; ');
    const more = problems.length > 10 ? `; and ${problems.length - 10} more` : '';
    return problem === undefined
      ? {}
      : { kind: 'damaged', problem: `is damaged: ${problem}${more}` };
  } catch (error) {
    return { kind: 'damaged', problem: `cannot be read: ${messageOf(error)}` };
  }
}

/** A sealed file, opened to be checked. */
interface Checkable {
  readonly entries: number;
  check(): void;
  close(): void;
}

function openSegment(path: string): Checkable {
  const file = new SegmentFile(path);
  return { entries: file.footer.rows, check: () => file.check(), close: () => file.close() };
}

function openIdRun(path: string): Checkable {
  return new IdRun(path);
}

function checkContent(path: string, open: (path: string) => Checkable): Omit<CheckedFile, 'file'> {
  let entries = 0;
  try {
    const file = open(path);
    entries = file.entries;
    try {
      file.check();
    } finally {
      file.close();
    }
    return { entries };
  } catch (error) {
    return { entries, kind: 'damaged', problem: messageOf(error) };
  }
}
