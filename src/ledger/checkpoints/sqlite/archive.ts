import { AnnalsError, messageOf } from '../../../core/errors.ts';
import { OnDemandThread } from '../../../runtime/on-demand-thread.ts';
import { siblingModule, Thread } from '../../../runtime/thread.ts';
import {
  type CheckpointArchive,
  type Cosignature,
  type IssuedCheckpoint,
  notNewerError,
  type Retirement,
  type SignedHeads,
} from '../archive.ts';
import type { ArchiveFiles, ArchiveMethods } from './archive-thread.ts';

/** Longer than the default interval of checkpoints, so the thread stays while events are recorded or proofs requested. */
const idleMillis = 15_000;

export interface OpenArchiveOptions extends ArchiveFiles {
  /** Archives that may lack checkpoints, each as the message names it that refuses to open without. */
  readonly acceptLoss?: readonly string[];
  /** Called with a sentence about what was not as it should be, although the archive can be used. */
  readonly onFinding?: (finding: string) => void;
}

/**
 * Opens or creates the archive in one SQLite file, and the copy of each log's newest checkpoint in another. Both become
 * part of the installation. Rejects with `unavailable` when one cannot be opened; with `corrupt` when the archive lacks a
 * checkpoint that the copy has, unless that loss is accepted: then the archive gets it back from the copy.
 */
export async function openSqliteArchive(options: OpenArchiveOptions): Promise<CheckpointArchive> {
  const { file, copy, installation, acceptLoss = [], onFinding = () => {} } = options;
  const files: ArchiveFiles = { file, copy, installation };
  const module = siblingModule(import.meta.url, './archive-thread');
  const start = () => new Thread<ArchiveMethods>('checkpoint archive', module, files);
  const thread = new OnDemandThread(start, idleMillis);
  try {
    const findings = await thread.call.compareCopy(acceptLoss).catch((error: AnnalsError) => {
      if (error.code === 'corrupt') throw error;
      const { cause = error } = error;
      throw new AnnalsError('unavailable', `Cannot open ${file}: ${messageOf(cause)}`, { cause });
    });
    for (const finding of findings) onFinding(finding);
  } catch (error) {
    await thread.close();
    throw error;
  }
  return new SqliteArchive(thread);
}

/** Checkpoints that come while the disk is busy share the next transaction. */
class SqliteArchive implements CheckpointArchive {
  readonly #thread: OnDemandThread<ArchiveMethods>;
  #waiting: IssuedCheckpoint[] = [];
  #last: Promise<readonly boolean[]> = Promise.resolve([]);
  #next: Promise<readonly boolean[]> | undefined;

  constructor(thread: OnDemandThread<ArchiveMethods>) {
    this.#thread = thread;
  }

  newest(organisation: string): Promise<IssuedCheckpoint | undefined> {
    return this.#thread.call.newest(organisation);
  }

  signedHeads(): Promise<SignedHeads> {
    return this.#thread.call.signedHeads();
  }

  find(organisation: string, size: number): Promise<IssuedCheckpoint | undefined> {
    return this.#thread.call.find(organisation, size);
  }

  async add(checkpoint: IssuedCheckpoint): Promise<void> {
    const index = this.#waiting.push(checkpoint) - 1;
    this.#next ??= this.#last.catch(() => {}).then(() => this.#write());
    const added = await this.#next;
    if (added[index] !== true) throw notNewerError(checkpoint);
  }

  cosign(organisation: string, size: number, cosignatures: readonly Cosignature[]): Promise<void> {
    return this.#thread.call.cosign(organisation, size, cosignatures);
  }

  retire(key: string): Promise<void> {
    return this.#thread.call.retire(key);
  }

  retired(): Promise<readonly Retirement[]> {
    return this.#thread.call.retired();
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => {});
    await this.#last.catch(() => {});
    await this.#thread.running?.call.close();
    await this.#thread.close();
  }

  #write(): Promise<readonly boolean[]> {
    const checkpoints = this.#waiting;
    this.#waiting = [];
    this.#next = undefined;
    this.#last = this.#thread.call.add(checkpoints);
    return this.#last;
  }
}
