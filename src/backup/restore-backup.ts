import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readSlugs } from '../access/sqlite/read-accounts.ts';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { type Clock, formatInstant } from '../core/micros.ts';
import type { Checkpoint } from '../integrity/checkpoint.ts';
import type { KnownLoss, Restoration } from '../ledger/restoration.ts';
import { createDirectory } from '../runtime/create-directory.ts';
import { joinInstallation } from '../runtime/database-identity.ts';
import { unfinishedRestore } from '../runtime/unfinished-restore.ts';
import { writeFileAtomically } from '../runtime/write-file-atomically.ts';
import { moveStoreFile } from '../store/segmented/store-file.ts';
import { type BackupDirectory, checkBackupName } from './backup-directory.ts';
import { diskError } from './backup-error.ts';
import type { BackupFile, BackupManifest } from './backup-manifest.ts';
import { copyFile, sameSum, sumFile, syncDirectory } from './copy-file.ts';
import { knownRootsOf } from './known-checkpoints.ts';
import { growTrees, type KnownRoot } from './log-trees.ts';
import { copiesOf, logProblems, rootsOf } from './verify-backups.ts';

export interface RestoreOptions {
  readonly backups: BackupDirectory;
  /** The name of a backup; the newest one without it. */
  readonly at?: string | undefined;
  /** The data directory to create. It does not exist, or is empty, or a restore of the same backup was interrupted in it. */
  readonly data: string;
  /** Databases beside the store that carry the id of the data directory. */
  readonly databases: readonly string[];
  /** Checkpoints that were issued, from wherever they are. Newer backups are looked at as well. */
  readonly known: readonly Checkpoint[];
  /** The names of the archive of checkpoints and of the accounts. */
  readonly archive: string;
  readonly accounts: string;
  /** Restore although logs are known to lack events. */
  readonly acceptLoss: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface Restored {
  /** The slugs of the organisations, by their identities. */
  readonly slugs: ReadonlyMap<string, string>;
  readonly name: string;
  readonly manifest: BackupManifest;
  readonly restoration: Restoration;
}

/**
 * Creates a data directory from a backup, with an id of its own, and compares every byte with the manifest. The first
 * server that starts with it records in each log that it was restored. It can be killed at any moment: as long as the file
 * that says so is there, no server starts with the directory, and the same call goes on.
 *
 * Rejects with `conflict` when logs are known to have had events that the backup lacks, unless that loss is accepted, or
 * when a known checkpoint contradicts the backup; with `corrupt` when the backup is damaged; with `invalid` when there is
 * no such backup, or the directory is not empty.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { backups, data } = options;
  const name = chosenBackup(backups, options.at);
  const manifest = backups.manifest(name);
  checkTarget(data, name);
  const lost = await findLoss(name, manifest, options);
  const slugs = slugsIn(join(backups.path, name, options.accounts));
  if (lost.length > 0 && !options.acceptLoss) throw wouldLose(name, lost, slugs);
  try {
    const restoration = await writeDirectory(name, manifest, lost, options);
    return { name, manifest, restoration, slugs };
  } catch (error) {
    throw diskError(error, `Cannot restore ${name} into ${data}`);
  }
}

function chosenBackup(backups: BackupDirectory, at: string | undefined): string {
  if (at !== undefined) checkBackupName(at);
  const names = backups.names();
  const name = at ?? names.at(-1);
  if (name !== undefined && names.includes(name)) return name;
  const what = at === undefined ? 'there is no backup in it' : `it has no backup ${at}`;
  const have = names.length === 0 ? '' : `; its newest is ${names.at(-1)}`;
  throw new AnnalsError('invalid', `Cannot restore from ${backups.path}: ${what}${have}`);
}

/** Throws `invalid` unless it is empty, or what an interrupted restore of this backup has left. */
function checkTarget(data: string, name: string): void {
  if (!existsSync(data)) return;
  if (!statSync(data).isDirectory()) {
    throw new AnnalsError('invalid', `Cannot restore into ${data}: it is not a directory`);
  }
  const found = readdirSync(data).filter((each) => each !== 'lost+found');
  if (found.length === 0) return;
  const unfinished = unfinishedRestore(data);
  if (!existsSync(unfinished)) {
    throw new AnnalsError(
      'invalid',
      `Cannot restore into ${data}: it is not empty (${found[0]} is in it). Name a directory that is, or does not exist`,
    );
  }
  const other = readFileSync(unfinished, 'utf8').trim();
  if (other === name) return;
  throw new AnnalsError(
    'invalid',
    `Cannot restore ${name} into ${data}: the restore of ${other} has not finished there. Go on with --at ${other}, or remove all that is in it`,
  );
}

/** The logs that are known to have had more events than the backup has. Throws `conflict` when something contradicts it. */
async function findLoss(
  name: string,
  manifest: BackupManifest,
  options: RestoreOptions,
): Promise<KnownLoss[]> {
  const { backups, known: checkpoints, archive, signal } = options;
  const known = knownRootsOf(checkpoints, join(backups.path, name, archive));
  const newer = backups
    .names()
    .filter((other) => other > name)
    .flatMap((other) => newerRoots(other, name, options));
  const sizes = new Map(manifest.logs.map(({ organisation, size }) => [organisation, size]));
  const sizeOf = (organisation: string) => sizes.get(organisation) ?? 0;
  const within = known.filter(({ organisation, size }) => size <= sizeOf(organisation));
  if (within.length > 0) {
    const copies = copiesOf(name, manifest, backups);
    const { problems } = await growTrees({ copies, known: within, signal });
    const [problem] = problems;
    if (problem !== undefined) {
      throw new AnnalsError('conflict', `Cannot restore ${name}: ${problem}`);
    }
  }
  const largest = new Map<string, number>();
  for (const { organisation, size } of [...known, ...newer]) {
    if (size <= sizeOf(organisation)) continue;
    largest.set(organisation, Math.max(size, largest.get(organisation) ?? 0));
  }
  return [...largest].map(([organisation, size]) => ({
    organisation,
    restored: sizeOf(organisation),
    known: size,
  }));
}

/** Of a damaged one it is not known what it had: throws `conflict` unless a loss is accepted. */
function newerRoots(
  newer: string,
  name: string,
  { backups, acceptLoss }: RestoreOptions,
): readonly KnownRoot[] {
  try {
    return rootsOf(backups.manifest(newer));
  } catch (cause) {
    if (acceptLoss) return [];
    throw new AnnalsError(
      'conflict',
      `Cannot restore ${name}: ${newer} is newer, and it is not known what it had: ${messageOf(cause)}. Go on with --accept-loss`,
      { cause },
    );
  }
}

/** None when the file is damaged, which is said when it is restored. */
function slugsIn(accounts: string): ReadonlyMap<string, string> {
  try {
    return readSlugs(accounts);
  } catch {
    return new Map();
  }
}

function wouldLose(
  name: string,
  lost: readonly KnownLoss[],
  slugs: ReadonlyMap<string, string>,
): AnnalsError {
  const shown = lost.slice(0, 10).map(({ organisation, restored, known }) => {
    return `${logName(organisation, slugs)} had ${known} events or more, and has ${restored} in the backup`;
  });
  const more = lost.length > shown.length ? `; and ${lost.length - shown.length} other logs` : '';
  return new AnnalsError(
    'conflict',
    `Cannot restore ${name} without a loss that is known: ${shown.join('; ')}${more}. If there is no newer backup, ` +
      'go on with --accept-loss. Then each log has a record of the loss, and everybody who kept a later checkpoint sees a fork there',
  );
}

/** `acme (org-…)` */
export function logName(organisation: string, slugs: ReadonlyMap<string, string>): string {
  const slug = slugs.get(organisation);
  return slug === undefined ? organisation : `${slug} (${organisation})`;
}

async function writeDirectory(
  name: string,
  manifest: BackupManifest,
  lost: readonly KnownLoss[],
  { backups, data, databases, archive, clock, signal }: RestoreOptions,
): Promise<Restoration> {
  createDirectory(data);
  await writeFileAtomically(unfinishedRestore(data), `${name}\n`, {
    temporaryPath: `${unfinishedRestore(data)}.part`,
  });
  const installation = randomBytes(16);
  const restoration: Restoration = {
    id: randomBytes(16).toString('hex'),
    restoredAt: formatInstant(clock()),
    backup: name,
    takenAt: manifest.takenAt,
    from: manifest.installation,
    installation: installation.toString('hex'),
    lost,
  };
  /** The last one is that without which the others are no data directory. */
  const files = manifest.files.toSorted(
    (one, other) => Number(one.file === 'store.db') - Number(other.file === 'store.db'),
  );
  for (const file of files) {
    createDirectory(dirname(join(data, file.file)));
    await restoreFile(file, { backups, data, signal }, (path) => {
      if (file.file === 'store.db') {
        moveStoreFile(path, installation, JSON.stringify(restoration));
      } else if (databases.includes(file.file)) moveDatabase(path, installation);
    });
  }
  // Every byte is that of the manifest by now. Whether the events are those of the log, only their tree says.
  const [problem] = await logProblems(name, manifest, { backups, archive, signal });
  if (problem !== undefined) {
    throw new AnnalsError(
      'corrupt',
      `Cannot restore ${name}: ${problem}. Another backup may be whole: annals backup --verify, then --at`,
    );
  }
  const directories = new Set(files.map(({ file }) => dirname(join(data, file))));
  for (const directory of [...directories, data]) syncDirectory(directory);
  rmSync(unfinishedRestore(data));
  syncDirectory(data);
  return restoration;
}

/** `change` is called with the path of a copy that is right, before it gets its name. */
async function restoreFile(
  { file, stored, ...expected }: BackupFile,
  { backups, data, signal }: Pick<RestoreOptions, 'backups' | 'data' | 'signal'>,
  change: (path: string) => void,
): Promise<void> {
  const path = join(data, file);
  // What an interrupted restore has left; a database that was changed is copied again.
  if (existsSync(path) && sameSum(await sumFile(path, signal), expected)) return;
  const from = backups.pathOf(stored);
  if (!existsSync(from)) {
    throw new AnnalsError('corrupt', `Cannot restore ${file}: ${stored} is missing`);
  }
  await copyFile(from, path, signal, async (sum, copy) => {
    if (!sameSum(sum, expected)) {
      throw new AnnalsError(
        'corrupt',
        `Cannot restore ${file}: ${stored} is damaged. annals backup --verify names all that is; another backup may have it whole`,
      );
    }
    if (!sameSum(await sumFile(copy, signal), expected)) {
      throw new AnnalsError(
        'corrupt',
        `Cannot restore ${file}: the copy in ${data} has other bytes; that disk may be broken`,
      );
    }
    // Those of an interrupted change: SQLite would carry it out here.
    for (const suffix of ['-journal', '-shm', '-wal']) rmSync(copy + suffix, { force: true });
    change(copy);
  });
}

/** Makes a database a part of the new directory. What is in it is on disk when it returns. */
function moveDatabase(path: string, installation: Uint8Array): void {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA synchronous = FULL');
    joinInstallation(database, installation);
  } finally {
    database.close();
  }
}
