import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { type Clock, formatInstant } from '../core/micros.ts';
import { encodeBase64 } from '../integrity/base64.ts';
import { newestCheckpointsIn, retirementsIn } from '../ledger/checkpoints/sqlite/read-archive.ts';
import { createDirectory } from '../runtime/create-directory.ts';
import { readDatabase } from '../runtime/database-identity.ts';
import { DatabaseSnapshot } from '../runtime/database-snapshot.ts';
import { lockFile } from '../runtime/lock-file.ts';
import { refuseUnfinishedRestore } from '../runtime/unfinished-restore.ts';
import { writeFileAtomically } from '../runtime/write-file-atomically.ts';
import type { LiveFile } from '../store/segmented/catalogue.ts';
import { checkFileContent } from '../store/segmented/check.ts';
import { DataDirectory } from '../store/segmented/data-directory.ts';
import { isSameContent } from '../store/segmented/file-content.ts';
import { readStoreContents, readStoreFile } from '../store/segmented/store-file.ts';
import { BackupDirectory, sealedName } from './backup-directory.ts';
import { diskError } from './backup-error.ts';
import {
  type BackedUpLog,
  type BackupFile,
  type BackupManifest,
  formatManifest,
} from './backup-manifest.ts';
import { copyFile, type FileSum, sameSum, sumFile, syncDirectory } from './copy-file.ts';
import { growTrees, headsIn } from './log-trees.ts';
import { pruneBackups } from './prune-backups.ts';
import { rootsOf } from './verify-backups.ts';

/** The names of what a data directory has beside the store. */
interface DataFiles {
  /** The archive of checkpoints. */
  readonly archive: string;
  readonly accounts: string;
  /** The key that signs checkpoints, which may be elsewhere. */
  readonly signingKey: string;
}

export interface BackupOptions {
  /** The data directory. A server may be using it. */
  readonly data: string;
  readonly dataFiles: DataFiles;
  /** The directory of backups. It is created when it is missing. */
  readonly directory: string;
  /** How many backups are kept, this one included; all of them without it. */
  readonly keep?: number | undefined;
  /** The version of Annals. */
  readonly version: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called before a sealed file is copied, with its name in the data directory. */
  readonly onCopy?: (file: string) => void | Promise<void>;
}

export interface TakenBackup {
  readonly name: string;
  readonly manifest: BackupManifest;
  /** What was copied now. */
  readonly copied: { readonly files: number; readonly bytes: number };
  /** How many of its files were there. */
  readonly reused: number;
  /** The names of older backups that were removed. */
  readonly removed: readonly string[];
  /** Sentences about what is not as it should be, although the backup is whole. */
  readonly warnings: readonly string[];
}

/**
 * Adds a backup of a data directory to a directory of backups, and verifies what it has written. The server may be
 * running; it takes no part in it. Everything that was acknowledged before the call is in the backup, and each log in it
 * ends at a commit. It can be killed at any moment: an unfinished backup does not count, and the next one removes it.
 *
 * 1. The archive of checkpoints is copied first, so no checkpoint is ahead of its log.
 * 2. Sealed files that no backup has are copied, until the catalogue names no other.
 * 3. The catalogue and the databases of events are held in transactions that see one moment, and copied.
 * 4. The accounts are copied last, so every log has its organisation.
 * 5. The trees of all logs are computed from the copies, up to their roots and checkpoints.
 *
 * Rejects with `conflict` when another backup is under way or the backups there are of other logs, with `corrupt` when the
 * data directory is damaged, with `unavailable` when something cannot be read or written.
 */
export async function takeBackup(options: BackupOptions): Promise<TakenBackup> {
  const { data, directory } = options;
  const backups = new BackupDirectory(directory);
  if (!existsSync(join(data, 'store.db'))) {
    const message = `Cannot back up ${data}: it is not the data directory of a server`;
    throw new AnnalsError('invalid', message);
  }
  refuseUnfinishedRestore(data);
  if (isWithin(realPathOf(data), realPathOf(directory))) {
    const message = `Cannot back up into ${directory}: it is in the data directory, and would be lost with it`;
    throw new AnnalsError('invalid', message);
  }
  try {
    createDirectory(directory);
    if (!backups.isOurs()) {
      const message = `Cannot back up into ${directory}: there are files in it, and no backups`;
      throw new AnnalsError('invalid', message);
    }
    const lock = lockBackups(backups);
    try {
      createDirectory(backups.sealedPath);
      return await new Backup(options, backups).take();
    } finally {
      lock.close();
    }
  } catch (error) {
    throw diskError(error, `Cannot back up ${data} into ${directory}`);
  }
}

function isWithin(outer: string, inner: string): boolean {
  const path = relative(outer, inner);
  return path !== '..' && !path.startsWith(`..${sep}`);
}

/** Without symbolic links. What does not exist yet has none. */
function realPathOf(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  return join(realPathOf(dirname(absolute)), basename(absolute));
}

function lockBackups(backups: BackupDirectory): { close(): void } {
  try {
    return lockFile(backups.lockPath);
  } catch (cause) {
    if ((cause as { errcode?: number }).errcode !== busy) throw cause;
    const message = `Cannot back up into ${backups.path}: another backup into it is under way`;
    throw new AnnalsError('conflict', message, { cause });
  }
}

const busy = 5;

/** The store as it was at one moment. Its files are held, also when they are deleted meanwhile. */
interface HeldStore extends Disposable {
  readonly store: DatabaseSnapshot;
  readonly live: readonly LiveFile[];
  readonly installation: Uint8Array;
  readonly active: readonly { readonly file: LiveFile; readonly snapshot: DatabaseSnapshot }[];
}

class Backup {
  readonly #options: BackupOptions;
  readonly #backups: BackupDirectory;
  readonly #directory: DataDirectory;
  readonly #name: string;
  readonly #beganAt: string;
  /** The newest backup before this one. */
  readonly #previous: { readonly name: string; readonly manifest: BackupManifest } | undefined;
  readonly #warnings: string[] = [];
  /** The sums of sealed files that are stored, by where they are. */
  readonly #sums = new Map<string, FileSum>();
  /** The bytes of what was copied, by where it is. */
  readonly #copied = new Map<string, number>();

  constructor(options: BackupOptions, backups: BackupDirectory) {
    this.#options = options;
    this.#backups = backups;
    this.#directory = new DataDirectory(options.data);
    const now = options.clock();
    this.#name = backups.newName(now);
    this.#beganAt = formatInstant(now);
    this.#previous = this.#readPrevious();
    for (const { stored, bytes, sha256 } of this.#previous?.manifest.files ?? []) {
      if (existsSync(backups.pathOf(stored))) this.#sums.set(stored, { bytes, sha256 });
    }
  }

  async take(): Promise<TakenBackup> {
    for (const name of this.#backups.unfinished()) this.#removeOwn(name);
    try {
      return await this.#take();
    } catch (error) {
      if (!existsSync(this.#backups.manifestPath(this.#name))) this.#removeOwn(this.#name);
      throw error;
    }
  }

  async #take(): Promise<TakenBackup> {
    const { version, clock, keep, dataFiles } = this.#options;
    for (;;) {
      mkdirSync(this.#ownPath(), { mode: 0o700 });
      const archive = await this.#copyDatabase(dataFiles.archive);
      const retirements = readDatabase(this.#ownPath(dataFiles.archive), retirementsIn);
      const { files, live, installation } = await this.#copyStore();
      const takenAt = formatInstant(clock());
      const accounts = await this.#copyDatabase(dataFiles.accounts);
      const key = await this.#copyKey(dataFiles.signingKey);
      if (retirements !== this.#retirementsNow()) {
        // A server started with another key meanwhile, of which the archive that was copied knows nothing.
        this.#removeOwn(this.#name);
        continue;
      }
      const manifest: BackupManifest = {
        backupVersion: 1,
        annals: version,
        beganAt: this.#beganAt,
        takenAt,
        installation: Buffer.from(installation).toString('hex'),
        files: [...files, archive, accounts, ...key],
        logs: await this.#checkLogs(live, dataFiles.archive),
      };
      await this.#finish(manifest);
      const { removed, warnings } = pruneBackups(this.#backups, keep);
      return {
        name: this.#name,
        manifest,
        copied: {
          files: this.#copied.size,
          bytes: this.#copied.values().reduce((sum, bytes) => sum + bytes, 0),
        },
        reused: manifest.files.filter(({ stored }) => !this.#copied.has(stored)).length,
        removed,
        warnings: [...this.#warnings, ...warnings],
      };
    }
  }

  #ownPath(file = ''): string {
    return join(this.#backups.path, this.#name, basename(file));
  }

  #removeOwn(name: string): void {
    rmSync(join(this.#backups.path, name), { recursive: true, force: true });
  }

  /** One whose manifest is damaged is passed over. */
  #readPrevious() {
    for (const name of this.#backups.names().toReversed()) {
      try {
        return { name, manifest: this.#backups.manifest(name) };
      } catch (error) {
        this.#warnings.push(`${messageOf(error)}; what it shares with others is copied again`);
      }
    }
    return undefined;
  }

  /** Copies what counts of the store: sealed files as long as there are others, then the databases at one moment. */
  async #copyStore() {
    for (;;) {
      this.#options.signal.throwIfAborted();
      await this.#copySealed(readStoreFile(this.#directory).live);
      using held = this.#hold();
      if (held === undefined) continue;
      const { live, installation, active } = held;
      const files = [await this.#copySnapshot(held.store, 'store.db')];
      for (const { file, snapshot } of active) {
        files.push(await this.#copySnapshot(snapshot, file.file));
        const { problem } = checkFileContent(this.#ownPath(file.file), 'active');
        if (problem !== undefined) throw damaged(file.file, problem);
      }
      for (const file of live) {
        if (file.kind === 'active') continue;
        const stored = sealedName(file);
        files.push({ file: file.file, stored, ...this.#sums.get(stored)! });
      }
      return { files, live, installation };
    }
  }

  /** Returns early when a file was replaced meanwhile: the catalogue names another by now. */
  async #copySealed(live: readonly LiveFile[]): Promise<void> {
    for (const file of live) {
      if (file.kind === 'active') continue;
      const stored = sealedName(file);
      if (this.#sums.has(stored)) continue;
      const path = this.#backups.pathOf(stored);
      if (existsSync(path)) {
        // A backup that was interrupted has copied it, or one whose manifest is gone.
        this.#checkCopy(file, path);
        this.#sums.set(stored, await sumFile(path, this.#options.signal));
      } else if (!(await this.#copyOne(file, path))) return;
    }
  }

  async #copyOne(file: LiveFile, path: string): Promise<boolean> {
    const { onCopy, signal } = this.#options;
    await onCopy?.(file.file);
    try {
      const sum = await copyFile(
        this.#directory.pathOf(file.file),
        path,
        signal,
        async (read, copy) => {
          this.#checkCopy(file, copy);
          this.#refuseUnless(sameSum(read, await sumFile(copy, signal)), file.file);
        },
      );
      this.#sums.set(sealedName(file), sum);
      this.#copied.set(sealedName(file), sum.bytes);
      return true;
    } catch (error) {
      if (this.#isLive(file)) throw this.#missingOr(error, file.file);
      return false;
    }
  }

  /** Compares a copy with the catalogue, and with the checksums in it. */
  #checkCopy(file: LiveFile, path: string): void {
    const { problem } = isSameContent(file, path)
      ? checkFileContent(path, file.kind)
      : { problem: 'is not the file that was written' };
    if (problem !== undefined) throw damaged(file.file, problem);
  }

  /** Undefined when there is more to copy first, or files were replaced at this very moment. */
  #hold(): HeldStore | undefined {
    using opened = new DisposableStack();
    const store = opened.use(DatabaseSnapshot.open(this.#directory.storePath));
    const { live, installation } = readStoreContents(this.#directory, store.database);
    if (installation === undefined) {
      const message = `Cannot back up ${this.#directory.path}: start a server of this version with it once`;
      throw new AnnalsError('unavailable', message);
    }
    const isMissing = (file: LiveFile) =>
      file.kind !== 'active' && !this.#sums.has(sealedName(file));
    if (live.some(isMissing)) return undefined;
    const active = [];
    for (const file of live.filter(({ kind }) => kind === 'active')) {
      try {
        const snapshot = opened.use(DatabaseSnapshot.open(this.#directory.pathOf(file.file)));
        active.push({ file, snapshot });
      } catch (error) {
        if (this.#isLive(file)) throw this.#missingOr(error, file.file);
        return undefined;
      }
    }
    // A file is deleted after it is obsolete. One that still counts was whole when it was opened.
    if (!active.every(({ file }) => this.#isLive(file))) return undefined;
    const held = opened.move();
    return { store, live, installation, active, [Symbol.dispose]: () => held.dispose() };
  }

  #isLive({ fileId }: LiveFile): boolean {
    return readStoreFile(this.#directory).live.some((file) => file.fileId === fileId);
  }

  /** What is so when a file that counts cannot be opened. */
  #missingOr(error: unknown, file: string): unknown {
    if (error instanceof AnnalsError || existsSync(this.#directory.pathOf(file))) return error;
    return new AnnalsError('corrupt', `Cannot back up ${file}: it is missing`, { cause: error });
  }

  async #copyDatabase(file: string): Promise<BackupFile> {
    let snapshot: DatabaseSnapshot;
    try {
      snapshot = DatabaseSnapshot.open(this.#directory.pathOf(file));
    } catch (error) {
      throw this.#missingOr(error, file);
    }
    try {
      return await this.#copySnapshot(snapshot, file);
    } finally {
      snapshot.close();
    }
  }

  async #copySnapshot(snapshot: DatabaseSnapshot, file: string): Promise<BackupFile> {
    const path = this.#ownPath(file);
    await snapshot.copyTo(path);
    const problem = readDatabase(path, (database) =>
      database.prepare('PRAGMA quick_check(1)').get(),
    );
    const [found] = Object.values(problem ?? {});
    if (found !== 'ok') throw damaged(file, `is damaged: ${found}`);
    return this.#own(file, await sumFile(path, this.#options.signal));
  }

  async #copyKey(file: string): Promise<BackupFile[]> {
    const path = this.#directory.pathOf(file);
    if (!existsSync(path)) return [];
    const sum = await copyFile(path, this.#ownPath(file), this.#options.signal);
    return [this.#own(file, sum)];
  }

  #own(file: string, sum: FileSum): BackupFile {
    const stored = `${this.#name}/${basename(file)}`;
    this.#copied.set(stored, sum.bytes);
    return { file, stored, ...sum };
  }

  #retirementsNow(): string {
    const path = this.#directory.pathOf(this.#options.dataFiles.archive);
    using snapshot = DatabaseSnapshot.open(path);
    return retirementsIn(snapshot.database);
  }

  /**
   * Lets the trees of all logs grow to their heads, through their checkpoints and through the roots in the backup before:
   * each log has grown out of what that backup has.
   */
  async #checkLogs(live: readonly LiveFile[], archive: string): Promise<BackedUpLog[]> {
    const copies = live.map((file) => ({ file, path: this.#pathOfCopy(file) }));
    const checkpoints = readDatabase(this.#ownPath(archive), newestCheckpointsIn);
    const { signal } = this.#options;
    const roots = this.#previous === undefined ? [] : rootsOf(this.#previous.manifest);
    const trees = await growTrees({ copies, known: [...checkpoints, ...roots], signal });
    if (trees.problems.length > 0 && this.#previous !== undefined) {
      const whole = await growTrees({ copies, known: checkpoints, signal });
      if (whole.problems.length === 0) throw this.#otherLogs(this.#previous.name);
    }
    const [problem] = trees.problems;
    if (problem !== undefined) {
      const message = `Cannot back up ${this.#directory.path}: it is damaged: ${problem}`;
      throw new AnnalsError('corrupt', message);
    }
    return headsIn(copies).map(({ organisation, size, root }) => ({
      organisation,
      size,
      root: encodeBase64(root),
    }));
  }

  #pathOfCopy(file: LiveFile): string {
    return file.kind === 'active'
      ? this.#ownPath(file.file)
      : this.#backups.pathOf(sealedName(file));
  }

  #otherLogs(name: string): AnnalsError {
    const { path } = this.#backups;
    return new AnnalsError(
      'conflict',
      `Cannot back up into ${path}: its newest backup, ${name}, has events that ${this.#directory.path} does not ` +
        'have. Either it is of another server, or the data directory was restored from an older backup. Use another ' +
        'directory, so that those backups stay as they are',
    );
  }

  #refuseUnless(holds: boolean, file: string): void {
    if (holds) return;
    const message = `Cannot back up ${file}: its copy in ${this.#backups.path} has other bytes; that disk may be broken`;
    throw new AnnalsError('corrupt', message);
  }

  /** All that belongs to it is durable before the manifest says that it counts. */
  async #finish(manifest: BackupManifest): Promise<void> {
    const { path, sealedPath } = this.#backups;
    for (const directory of [this.#ownPath(), sealedPath, path]) syncDirectory(directory);
    const manifestPath = this.#backups.manifestPath(this.#name);
    await writeFileAtomically(manifestPath, formatManifest(manifest), {
      temporaryPath: `${manifestPath}.part`,
    });
  }
}

function damaged(file: string, problem: string): AnnalsError {
  return new AnnalsError(
    'corrupt',
    `Cannot back up ${file}: it ${problem}. An earlier backup may have it whole; annals check names all that is wrong`,
  );
}
