import { readFile } from 'node:fs/promises';

/** Processor time that a process has used so far, with that of its children that ended, in seconds. Linux only. */
export async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
}

/** The children of a process that run now. Linux only. */
export async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

/** Lines of `/proc/PID/status` that are about memory, in megabytes. */
export async function statusOf(pid: number): Promise<Record<string, number>> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Object.fromEntries(
    [...status.matchAll(/^(\w+):\s+(\d+) kB$/gm)].map(([, name, kb]) => [name, Number(kb) / 1_000]),
  );
}

/** Resident memory of a process in megabytes. */
export async function memoryOf(pid: number): Promise<{ now: number; peak: number }> {
  const { VmRSS: now = Number.NaN, VmHWM: peak = Number.NaN } = await statusOf(pid);
  return { now, peak };
}
