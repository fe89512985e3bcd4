import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AnnalsError } from '../core/errors.ts';
import { formatInstant, type Micros, millisecond } from '../core/micros.ts';
import type { LiveFile } from '../store/segmented/catalogue.ts';
import { type BackupManifest, parseBackupManifest } from './backup-manifest.ts';

const sealed = 'sealed';
const manifestFile = 'manifest.json';
/** A name that `sealedName` gives, or one of a copy that was interrupted. */
const sealedPattern = /^[\w.-]+-[\da-f]{16}(?:\.part)?$/;
const namePattern = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/;

/**
 * The paths of a directory of backups:
 *
 *     lock                          locked while a backup is taken; empty
 *     sealed/000007.segment-5c1f…   what never changes in a data directory, copied once for all backups
 *     2026-06-01T00-00-00.000Z/     a backup: its name is the time at which it began
 *       manifest.json               what belongs to it; without this file the backup is unfinished and does not count
 *       store.db, annals.db, …      its own files
 */
export class BackupDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get lockPath(): string {
    return join(this.path, 'lock');
  }

  get sealedPath(): string {
    return join(this.path, sealed);
  }

  /** The path of what a manifest says is stored. */
  pathOf(stored: string): string {
    return join(this.path, stored);
  }

  manifestPath(name: string): string {
    return join(this.path, name, manifestFile);
  }

  /** Whether it is empty, or has backups, or what a first one has left that was interrupted. */
  isOurs(): boolean {
    const hasLock = existsSync(this.lockPath);
    const isOwn = (name: string) => isOwnName(name) || (hasLock && name === sealed);
    return this.names().length > 0 || this.#entries().every(isOwn);
  }

  /** The names of finished backups, the oldest first. */
  names(): string[] {
    return this.#named().filter((name) => this.#isFinished(name));
  }

  /** The names of backups that were interrupted. */
  unfinished(): string[] {
    return this.#named().filter((name) => !this.#isFinished(name));
  }

  /** What is stored for all backups, and what was left of copying it. Other files are not listed. */
  sealedFiles(): string[] {
    if (!existsSync(this.sealedPath)) return [];
    const own = readdirSync(this.sealedPath).filter((name) => sealedPattern.test(name));
    return own.map((name) => `${sealed}/${name}`);
  }

  /** Throws `corrupt` when it is damaged, and Node's own errors when it cannot be read. */
  manifest(name: string): BackupManifest {
    const text = readFileSync(this.manifestPath(name), 'utf8');
    return parseBackupManifest(text, `${name}/${manifestFile}`);
  }

  /** The name of a backup that begins now: later than all others, whatever the clock says. */
  newName(now: Micros): string {
    const last = this.#named().at(-1);
    const name = nameOf(now);
    return last === undefined || last < name ? name : nameOf(timeOf(last) + millisecond);
  }

  /** Throws Node's own error when a disk does not say: a backup must not be taken for an unfinished one. */
  #isFinished(name: string): boolean {
    return statSync(this.manifestPath(name), { throwIfNoEntry: false }) !== undefined;
  }

  #named(): string[] {
    return this.#entries()
      .filter((name) => namePattern.test(name))
      .toSorted();
  }

  #entries(): string[] {
    // What a file system itself has at its top.
    return existsSync(this.path)
      ? readdirSync(this.path).filter((name) => name !== 'lost+found')
      : [];
  }
}

/** Where a sealed file is stored for all backups. Files that differ have different names, also after a restore. */
export function sealedName({ file, bytes, identity }: LiveFile): string {
  const hash = createHash('sha256').update(`${bytes} `).update(identity).digest('hex');
  return `${sealed}/${basename(file)}-${hash.slice(0, 16)}`;
}

/** Throws `invalid` for a text that is not the name of a backup. */
export function checkBackupName(name: string): void {
  if (namePattern.test(name)) return;
  throw new AnnalsError(
    'invalid',
    `${name} is not the name of a backup, such as 2026-06-01T00-00-00.000Z`,
  );
}

const isOwnName = (name: string) => name === 'lock' || namePattern.test(name);

const nameOf = (at: Micros) =>
  formatInstant(Math.floor(at / millisecond) * millisecond)
    .replaceAll(':', '-')
    .replace(/000Z$/, 'Z');

const timeOf = (name: string): Micros =>
  Date.parse(name.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:')) * millisecond;
