import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { Journal, type JournalState, journalStateOf, type PlanRecord } from './journal.ts';

/**
 * The directory beside the output where an export keeps its journal and its partial files. One process at a time works
 * in it.
 */
export interface WorkDirectory {
  readonly path: string;
  readonly journal: Journal;
  readonly plan: PlanRecord;
  /** What earlier runs made durable. */
  readonly state: JournalState;
  /** Keeps everything for a later run. Never rejects. */
  close(): Promise<void>;
  /** Removes everything: the export is done. The journal is removed last, so that a crash in between changes nothing. */
  remove(): Promise<void>;
}

const journalName = 'journal.ndjson';
const lockName = 'lock';

export function workDirectoryPath(directory: string, fingerprint: string): string {
  return join(directory, `.annals-export-${fingerprint}`);
}

/**
 * Opens the work directory of an export and takes its lock. With `resume` an earlier run is continued, with its plan.
 * Without it, or when there was no earlier run, everything begins again with this plan. Rejects with `conflict` when the
 * directory is a link, or another user could have put something into it.
 */
export async function openWorkDirectory(
  disk: Disk,
  directory: string,
  plan: PlanRecord,
  resume: boolean,
): Promise<WorkDirectory> {
  await disk.createDirectory(directory);
  // Its name can be foretold, and where others may write, somebody may have put a link in its place.
  await disk.protectDirectory(directory);
  await disk.lock(join(directory, lockName));
  try {
    const path = join(directory, journalName);
    if (!resume) await disk.remove(path);
    const { journal, records } = await Journal.open(disk, path);
    const state = journalStateOf(records);
    if (state.plan === undefined) {
      await removeAll(disk, directory, [journalName, lockName]);
      await journal.append(plan);
      await disk.syncDirectory(directory);
    }
    return {
      path: directory,
      journal,
      plan: state.plan ?? plan,
      state,
      async close() {
        await journal.close().catch(() => undefined);
        await disk.remove(join(directory, lockName)).catch(() => undefined);
      },
      async remove() {
        await journal.close();
        await removeAll(disk, directory, [journalName, lockName]);
        await disk.remove(path);
        await disk.remove(join(directory, lockName));
        await disk.removeDirectory(directory);
      },
    };
  } catch (error) {
    await disk.remove(join(directory, lockName)).catch(() => undefined);
    throw error;
  }
}

async function removeAll(disk: Disk, directory: string, except: readonly string[]): Promise<void> {
  for (const name of await disk.names(directory)) {
    if (!except.includes(name)) await disk.remove(join(directory, name));
  }
}
