/**
 * A program that exports with a proof from another process, and kills itself with SIGKILL before its n-th step on the
 * disk. Its one argument is `KilledExport` as JSON. When it reaches its end it prints its steps.
 */
import { basename } from 'node:path';
import { createHttpSend } from '../../src/client/http-send.ts';
import { type Disk, nodeDisk } from '../../src/export/disk.ts';
import { exportProved, type ProvedExport } from './proved-export.fixture.ts';

export interface KilledExport extends ProvedExport {
  /** Counts writes, syncs, renames and all other changes, from 1. With 0 the export is finished. */
  readonly killBefore: number;
}

function deadly(disk: Disk, killBefore: number): { disk: Disk; steps: readonly string[] } {
  const steps: string[] = [];
  const step = (name: string, path: string) => {
    if (steps.push(`${name} ${basename(path)}`) === killBefore)
      process.kill(process.pid, 'SIGKILL');
  };
  const counted =
    <A extends [string, ...unknown[]], R>(name: string, act: (...given: A) => Promise<R>) =>
    (...given: A): Promise<R> => {
      step(name, given[0]);
      return act(...given);
    };
  const counting: Disk = {
    ...disk,
    append: counted('append', async (path: string, keep: number) => {
      const file = await disk.append(path, keep);
      return {
        write: (bytes: Uint8Array) => {
          step('write', path);
          return file.write(bytes);
        },
        sync: () => {
          step('sync', path);
          return file.sync();
        },
        close: () => file.close(),
      };
    }),
    rename: counted('rename', disk.rename),
    remove: counted('remove', disk.remove),
    removeDirectory: counted('removeDirectory', disk.removeDirectory),
    createDirectory: counted('createDirectory', disk.createDirectory),
    syncDirectory: counted('syncDirectory', disk.syncDirectory),
  };
  return { disk: counting, steps };
}

const { killBefore, ...settings } = JSON.parse(process.argv[2] ?? '') as KilledExport;
const { disk, steps } = deadly(nodeDisk, killBefore);
await exportProved(settings, createHttpSend(), disk);
process.stdout.write(JSON.stringify(steps), () => {
  // Idle connections would keep the process alive for a while.
  process.exit(0);
});
