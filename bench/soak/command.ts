import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Wrong } from './problems.ts';
import type { SoakContext, SoakOrganisation } from './soak-context.ts';

const program = fileURLToPath(new URL('../../bin/annals.js', import.meta.url));
/** No command may take longer than this, in milliseconds. */
const patience = 1_800_000;

export interface Outcome {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `annals` in a process of its own, with an organisation's key.
 *
 * @param killMillis after so many milliseconds it is killed, if it is not done
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
  // Elsewhere it would have a machine of its own.
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
    throw new Wrong(`annals ${args.join(' ')} took more than ${patience / 1_000} s`);
  }
  return { code, ...said };
}

/** What went wrong with a command, in a line. */
export function refused(args: readonly string[], { code, stdout, stderr }: Outcome): Wrong {
  return new Wrong(
    `annals ${args.join(' ')} left with ${code}: ${stderr}${stdout}`.slice(0, 4_000),
  );
}
