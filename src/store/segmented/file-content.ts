import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readIdentity, readInstallation } from '../../runtime/database-identity.ts';
import type { CatalogueFile, FileContent, FileKind, LiveFile } from './catalogue.ts';
import { type DataDirectory, filesOf } from './data-directory.ts';
import { readIdRunFooter, footerBytes as runFooterBytes } from './ids/id-run-file.ts';
import { readFooter, footerBytes as segmentFooterBytes } from './sealed/footer.ts';

/** A file that is not as it should be. */
export interface FileProblem {
  /** Its path below the data directory. */
  readonly file: string;
  readonly kind: 'missing' | 'replaced' | 'damaged' | 'unknown';
  /** A sentence without its subject, the file. */
  readonly problem: string;
}

/** What is in a sealed file, or a run of ids, of which only the end is read. Throws Node's own errors. */
export function readContent(path: string, kind: Exclude<FileKind, 'active'>): FileContent {
  const length = kind === 'ids' ? runFooterBytes : segmentFooterBytes;
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const identity = Buffer.alloc(Math.min(size, length));
    readSync(descriptor, identity, 0, identity.length, size - identity.length);
    return { bytes: size, identity };
  } finally {
    closeSync(descriptor);
  }
}

/** Whether bytes from the end of such a file are those that it is written with. */
export function isFooter(kind: FileKind, { bytes, identity }: FileContent): boolean {
  const footer = Buffer.from(identity);
  if (kind === 'ids') return readIdRunFooter(footer, bytes - runFooterBytes) !== undefined;
  return readFooter(footer) !== undefined;
}

/**
 * What is wrong with a file that the catalogue says is there, as far as its end or its identity shows. Throws Node's and
 * SQLite's own errors when it cannot be read.
 */
export function fileProblem(directory: DataDirectory, live: LiveFile): FileProblem | undefined {
  const { kind, file, bytes, identity } = live;
  if (kind === 'active') return databaseProblem(directory, { file, identity });
  const found = unlessMissing(() => readContent(directory.pathOf(file), kind));
  if (found === undefined) return { file, kind: 'missing', problem: 'is missing' };
  if (found.bytes === bytes && Buffer.compare(found.identity, identity) === 0) return undefined;
  if (!isFooter(kind, found)) {
    return { file, kind: 'damaged', problem: 'is damaged: its end is not what was written' };
  }
  return { file, kind: 'replaced', problem: 'is another file than the one that was written' };
}

/** Whether a sealed file, wherever it is, is the one that the catalogue has. Throws Node's own errors. */
export function isSameContent({ kind, bytes, identity }: LiveFile, path: string): boolean {
  if (kind === 'active') return false;
  const found = readContent(path, kind);
  return found.bytes === bytes && Buffer.compare(found.identity, identity) === 0;
}

/** What is wrong with a database that is known by its identity. */
export function databaseProblem(
  directory: DataDirectory,
  { file, identity }: { readonly file: string; readonly identity: Uint8Array },
): FileProblem | undefined {
  const found = unlessMissing(() => readIdentity(directory.pathOf(file)) ?? noIdentity);
  if (found === undefined) return { file, kind: 'missing', problem: 'is missing' };
  if (Buffer.compare(found, identity) === 0) return undefined;
  return { file, kind: 'replaced', problem: 'is another database than the one that was there' };
}

/** The same for a database that is not registered yet. It may be part of no installation, but not of another one. */
export function unregisteredProblem(
  directory: DataDirectory,
  { file }: { readonly file: string },
  installation: Uint8Array,
): FileProblem | undefined {
  const found = unlessMissing(() => readInstallation(directory.pathOf(file)) ?? installation);
  if (found === undefined) return { file, kind: 'missing', problem: 'is missing' };
  if (Buffer.compare(found, installation) === 0) return undefined;
  return { file, kind: 'replaced', problem: 'belongs to another data directory' };
}

const noIdentity = new Uint8Array();

/** Files in the folders of the store that no row of the catalogue stands for. */
export function unknownFiles(
  directory: DataDirectory,
  live: readonly CatalogueFile[],
  others: readonly CatalogueFile[],
): FileProblem[] {
  const known = new Set([
    ...live.flatMap(({ kind, file }) => (kind === 'active' ? filesOf(kind, file) : [file])),
    ...others.flatMap(({ kind, file }) => filesOf(kind, file)),
  ]);
  return directory
    .files()
    .filter((file) => !known.has(file))
    .map((file) => ({ file, kind: 'unknown', problem: 'is unknown: it is not in the catalogue' }));
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
