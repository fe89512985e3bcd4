import { closeSync, existsSync, fsyncSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AnnalsError, messageOf } from '../../core/errors.ts';
import { createDirectory } from '../../runtime/create-directory.ts';
import type { CatalogueFile, FileKind, FileSpan } from './catalogue.ts';

const segments = 'segments';
const ids = 'ids';

/**
 * The paths of a store:
 *
 *     store.lock                  locked as long as the store is open; empty
 *     store.db                    what concerns the store as a whole, and the catalogue: which of the files below count
 *     segments/000000.segment     sealed: never changes
 *     segments/000000.1.segment   the same after something in it was erased, and then .2 and so on
 *     segments/000000.2.hashes    the same after its events were dropped: what proofs need
 *     segments/000001-000004.segment  sealed segments that were compacted, because they were small
 *     segments/000005.db          takes events, or waits to be sealed (with its -wal and -shm)
 *     segments/000005.columns     what its events are found by, as far as it was saved; created from them where it is not
 *     ids/000000-000003.ids       where the ids of these sealed segments stand
 *
 * A file that is being written has `.part` at its end. The names are for people: only the catalogue says what counts.
 */
export class DataDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get lockPath(): string {
    return join(this.path, 'store.lock');
  }

  get storePath(): string {
    return join(this.path, 'store.db');
  }

  /** The path of a file that the catalogue names. */
  pathOf(file: string): string {
    return join(this.path, file);
  }

  /** The path of the columns file beside an active segment's database. */
  columnsPath(file: string): string {
    return this.pathOf(columnsFile(file));
  }

  /** Creates what is missing, so that it survives a power cut. */
  createFolders(): void {
    try {
      for (const folder of [segments, ids]) createDirectory(this.pathOf(folder));
      syncFolder(this.path);
    } catch (cause) {
      throw new AnnalsError(
        'unavailable',
        `Cannot use ${this.path} as data directory: ${messageOf(cause)}`,
        { cause },
      );
    }
  }

  /** Everything in the folders that are the store's alone. */
  files(): string[] {
    return [segments, ids].flatMap((folder) => {
      if (!existsSync(this.pathOf(folder))) return [];
      return readdirSync(this.pathOf(folder)).map((name) => `${folder}/${name}`);
    });
  }

  /** Deletes files and what belongs to them; some may be gone already. The deletion survives a power cut. */
  remove(files: readonly CatalogueFile[]): void {
    if (files.length === 0) return;
    for (const { kind, file } of files) {
      for (const path of filesOf(kind, file)) rmSync(this.pathOf(path), { force: true });
    }
    this.sync();
  }

  /** Makes new files and deletions survive a power cut. */
  sync(): void {
    for (const folder of [segments, ids]) syncFolder(this.pathOf(folder));
  }
}

function syncFolder(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The name of a file below the data directory. */
export function fileName({ kind, first, last, revision }: FileSpan): string {
  const folder = kind === 'ids' ? ids : segments;
  const isOne = first === last && kind !== 'ids';
  const span = isOne ? paddedNumber(first) : `${paddedNumber(first)}-${paddedNumber(last)}`;
  return `${folder}/${span}${revision === 0 ? '' : `.${revision}`}.${suffixes[kind]}`;
}

/** A file, and the names that others have which come and go with it. */
export function filesOf(kind: FileKind, file: string): readonly string[] {
  if (kind !== 'active') return [`${file}.part`, file];
  const beside = ['-journal', '-shm', '-wal'].map((suffix) => file + suffix);
  return [columnsFile(file), ...beside, file];
}

const suffixes: Readonly<Record<FileKind, string>> = {
  active: 'db',
  sealed: 'segment',
  hashes: 'hashes',
  ids: 'ids',
};

function columnsFile(file: string): string {
  return file.replace(/\.db$/, '.columns');
}

function paddedNumber(number: number): string {
  return String(number).padStart(6, '0');
}
