import { AnnalsError, messageOf } from '../../../core/errors.ts';
import { OnDemandThread } from '../../../runtime/on-demand-thread.ts';
import { siblingModule, Thread } from '../../../runtime/thread.ts';
import {
  type CheckpointArchive,
  type Cosignature,
  type IssuedCheckpoint,
  notNewerError,
  type Retirement,
} from '../archive.ts';
import type { ArchiveMethods } from './archive-thread.ts';

/** Longer than the default interval of checkpoints, so the thread stays while events are recorded or proofs requested. */
const idleMillis = 15_000;

/** Opens or creates the archive in one SQLite file. Rejects with `unavailable` when it cannot be opened. */
export async function openSqliteArchive(file: string): Promise<CheckpointArchive> {
  const module = siblingModule(import.meta.url, './archive-thread');
  const start = () => new Thread<ArchiveMethods>('checkpoint archive', module, { file });
  const thread = new OnDemandThread(start, idleMillis);
  await thread.call.opened().catch(async (error: AnnalsError) => {
    await thread.close();
    const { cause = error } = error;
    throw new AnnalsError('unavailable', `Cannot open ${file}: ${messageOf(cause)}`, { cause });
  });
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

  newest(): Promise<readonly IssuedCheckpoint[]> {
    return this.#thread.call.newest();
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
