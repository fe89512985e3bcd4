/**
 * A program that exports from a stand-in in another process and kills itself with SIGKILL before its n-th step on the
 * disk. Its one argument is `KilledExport` as JSON.
 */
import { type Disk, nodeDisk } from '../../src/export/disk.ts';
import type { Limits } from '../../src/export/limits.ts';
import { type AskedVendor, type RunOptions, runExport } from './run.ts';

export interface KilledExport {
  readonly vendor: AskedVendor;
  readonly options: Pick<RunOptions, 'window' | 'split' | 'directory'> & {
    readonly limits: Limits;
  };
  /** Counts writes, syncs, renames and all else that changes something. Never reached: the export is finished. */
  readonly killBefore: number;
}

function deadly(disk: Disk, killBefore: number): Disk {
  let steps = 0;
  const step = () => {
    steps += 1;
    if (steps === killBefore) process.kill(process.pid, 'SIGKILL');
  };
  const counted =
    <A extends unknown[], R>(act: (...given: A) => Promise<R>) =>
    (...given: A): Promise<R> => {
      step();
      return act(...given);
    };
  return {
    ...disk,
    append: counted(async (path: string, keep: number) => {
      const file = await disk.append(path, keep);
      return {
        write: counted((bytes: Uint8Array) => file.write(bytes)),
        sync: counted(() => file.sync()),
        close: () => file.close(),
      };
    }),
    rename: counted(disk.rename),
    remove: counted(disk.remove),
    removeDirectory: counted(disk.removeDirectory),
    makeDirectory: counted(disk.makeDirectory),
    syncDirectory: counted(disk.syncDirectory),
  };
}

const { vendor, options, killBefore } = JSON.parse(process.argv[2] ?? '') as KilledExport;
await runExport(vendor, { ...options, resume: true, disk: deadly(nodeDisk, killBefore) });
// The connections kept open would hold the process for a while.
process.exit(0);
