import { setTimeout } from 'node:timers/promises';

/** Waits; rejects when the signal is aborted. */
export async function defaultSleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal });
}
