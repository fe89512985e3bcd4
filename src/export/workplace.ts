import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { Journal, type PlanRecord, type Progress, progressOf } from './journal.ts';

/**
 * The directory beside the output where an export keeps its journal and what is not whole yet. One process at a time
 * works in it.
 */
export interface Workplace {
  readonly directory: string;
  readonly journal: Journal;
  readonly plan: PlanRecord;
  /** What earlier runs made safe. */
  readonly progress: Progress;
  /** Leaves everything for a later run. Never rejects. */
  leave(): Promise<void>;
  /** Removes it all: the export is done. The journal goes last, so that a crash on the way changes nothing. */
  clear(): Promise<void>;
}

const journalName = 'journal.ndjson';
const lockName = 'lock';

export function workplacePath(directory: string, mark: string): string {
  return join(directory, `.annals-export-${mark}`);
}

/**
 * Opens the workplace of an export and takes its lock. With `resume` what an earlier run left is gone on with, its plan
 * included; otherwise, or when there is nothing, everything is begun anew with the plan given.
 */
export async function openWorkplace(
  disk: Disk,
  directory: string,
  plan: PlanRecord,
  resume: boolean,
): Promise<Workplace> {
  await disk.makeDirectory(directory);
  await disk.lock(join(directory, lockName));
  try {
    const path = join(directory, journalName);
    if (!resume) await disk.remove(path);
    const { journal, records } = await Journal.open(disk, path);
    const progress = progressOf(records);
    if (progress.plan === undefined) {
      await removeAll(disk, directory, [journalName, lockName]);
      await journal.append(plan);
      await disk.syncDirectory(directory);
    }
    return {
      directory,
      journal,
      plan: progress.plan ?? plan,
      progress,
      async leave() {
        await journal.close().catch(() => undefined);
        await disk.remove(join(directory, lockName)).catch(() => undefined);
      },
      async clear() {
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
