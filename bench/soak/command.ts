import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Violation } from './problems.ts';
import type { SoakContext, SoakOrganisation } from './soak-context.ts';

const program = fileURLToPath(new URL('../../bin/annals.js', import.meta.url));
/** No command may take longer than this, in milliseconds. */
const patience = 1_800_000;

export interface Outcome {
  /** Null when the command was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `annals` in a process of its own, with an organisation's key.
 *
 * @param killMillis the command is killed after so many milliseconds, if it is still running
 */
export async function annals(
  args: readonly string[],
  { key }: SoakOrganisation,
  { server }: SoakContext,
  killMillis?: number,
): Promise<Outcome> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ANNALS_API: server.url, ANNALS_KEY: key },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A user would run it on another machine.
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    said.stdout += text;
  });
  child.stderr.on('data', (text) => {
    said.stderr += text;
  });
  const ended = new AbortController();
  const killed = sleep(killMillis ?? patience, undefined, { signal: ended.signal }).then(
    () => child.kill('SIGKILL'),
    () => false,
  );
  const [code] = (await once(child, 'close')) as [number | null];
  ended.abort();
  if ((await killed) && killMillis === undefined) {
    throw new Violation(`annals ${args.join(' ')} took more than ${patience / 1_000} s`);
  }
  return { code, ...said };
}

/** What went wrong with a command, in one line. */
export function commandViolation(
  args: readonly string[],
  { code, stdout, stderr }: Outcome,
): Violation {
  return new Violation(
    `annals ${args.join(' ')} left with ${code}: ${stderr}${stdout}`.slice(0, 4_000),
  );
}
