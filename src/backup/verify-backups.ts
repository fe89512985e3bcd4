import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { decodeBase64 } from '../integrity/base64.ts';
import { newestCheckpointsIn } from '../ledger/checkpoints/sqlite/read-archive.ts';
import { readDatabase } from '../runtime/database-identity.ts';
import { DataDirectory } from '../store/segmented/data-directory.ts';
import { isSameContent } from '../store/segmented/file-content.ts';
import { readStoreFile } from '../store/segmented/store-file.ts';
import type { BackupDirectory } from './backup-directory.ts';
import type { BackupManifest } from './backup-manifest.ts';
import { sameSum, sumFile } from './copy-file.ts';
import { growTrees, type KnownRoot, type StoreCopy } from './log-trees.ts';

/** What is wrong with a backup. */
interface BackupProblem {
  /** The path below the directory of backups; absent when it is about a log. */
  readonly file?: string;
  /** A sentence; without its subject when that is the file. */
  readonly problem: string;
}

export interface VerifiedBackup {
  readonly name: string;
  /** Undefined when it cannot be read. */
  readonly manifest: BackupManifest | undefined;
  /** None when every byte is there, and the trees of all logs lead to their roots. */
  readonly problems: readonly BackupProblem[];
}

export interface VerifyBackupsOptions {
  readonly backups: BackupDirectory;
  /** The name of the archive of checkpoints. */
  readonly archive: string;
  readonly signal: AbortSignal;
}

/**
 * Reads all backups, the oldest first, and compares every byte with the manifests. Then it computes the trees of all logs
 * from their leaf hashes. What backups share is read once. It changes nothing.
 */
export async function* verifyBackups(options: VerifyBackupsOptions): AsyncIterable<VerifiedBackup> {
  const { backups } = options;
  const read = new Map<string, string | undefined>();
  for (const name of backups.names()) {
    const verified = await verifyOne(name, options, read);
    // A backup that was removed meanwhile is no longer one.
    if (existsSync(backups.manifestPath(name))) yield verified;
  }
}

async function verifyOne(
  name: string,
  options: VerifyBackupsOptions,
  read: Map<string, string | undefined>,
): Promise<VerifiedBackup> {
  const { backups, signal } = options;
  let manifest: BackupManifest;
  try {
    manifest = backups.manifest(name);
  } catch (error) {
    const problem = `cannot be used: ${messageOf(error)}`;
    return { name, manifest: undefined, problems: [{ file: `${name}/manifest.json`, problem }] };
  }
  const problems: BackupProblem[] = [];
  for (const file of manifest.files) {
    const { stored } = file;
    if (!read.has(stored))
      read.set(stored, await fileProblem(backups.pathOf(stored), file, signal));
    const problem = read.get(stored);
    if (problem !== undefined) problems.push({ file: stored, problem });
  }
  if (problems.length > 0) return { name, manifest, problems };
  try {
    const found = await logProblems(name, manifest, options);
    return { name, manifest, problems: found.map((problem) => ({ problem })) };
  } catch (error) {
    if (!(error instanceof AnnalsError)) throw error;
    return { name, manifest, problems: [{ problem: error.message }] };
  }
}

async function fileProblem(
  path: string,
  expected: { readonly bytes: number; readonly sha256: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const found = await sumFile(path, signal);
    if (sameSum(found, expected)) return undefined;
    return found.bytes === expected.bytes
      ? 'is damaged: its SHA-256 is not that of the manifest'
      : `is damaged: it has ${found.bytes} bytes instead of ${expected.bytes}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === 'ENOENT' ? 'is missing' : `cannot be read (${code})`;
  }
}

/**
 * What does not fit together when the trees over the events of a backup grow to the roots in its store, in its manifest
 * and in its checkpoints. Its files are as the manifest says. Throws `corrupt` when it lacks a file.
 */
export async function logProblems(
  name: string,
  manifest: BackupManifest,
  { backups, archive, signal }: VerifyBackupsOptions,
): Promise<readonly string[]> {
  const copies = copiesOf(name, manifest, backups);
  const checkpoints = readDatabase(join(backups.path, name, archive), newestCheckpointsIn);
  const known = [...checkpoints, ...rootsOf(manifest)];
  return (await growTrees({ copies, known, signal })).problems;
}

export function rootsOf({ logs }: BackupManifest): KnownRoot[] {
  return logs.map(({ organisation, size, root }) => ({
    organisation,
    size,
    root: decodeBase64(root)!,
  }));
}

/** The files that count, by the catalogue in the backup. Throws `corrupt` when the manifest lacks one. */
export function copiesOf(
  name: string,
  manifest: BackupManifest,
  backups: BackupDirectory,
): StoreCopy[] {
  const { live } = readStoreFile(new DataDirectory(join(backups.path, name)));
  const stored = new Map(manifest.files.map((file) => [file.file, backups.pathOf(file.stored)]));
  return live.map((file) => {
    const path = stored.get(file.file);
    if (path !== undefined && (file.kind === 'active' || isSameContent(file, path))) {
      return { file, path };
    }
    const what = path === undefined ? 'is not in it' : 'is not the file in the catalogue';
    throw new AnnalsError('corrupt', `Backup ${name} is not whole: ${file.file} ${what}`);
  });
}
