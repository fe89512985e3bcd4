import { randomFillSync } from 'node:crypto';
import { homedir } from 'node:os';
import { systemClock } from '../core/micros.ts';
import { reduceMemoryUse, restartAfterFirstCompile } from '../runtime/process-memory.ts';
import { version } from '../server/version.ts';
import { exitCodes } from './cli-context.ts';
import { commandNamed, commands } from './commands.ts';

/** Commands that may read a whole trail. */
const streaming = new Set(['export', 'sync', 'import', 'verify']);

/** Ends the process as if the signal had no listener. `process.exit` would stop threads in the middle of a step. */
function endBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** The program: a context from the process. A second signal ends it at once. */
export async function main(): Promise<void> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interrupt.signal.aborted) endBy(signal);
      interrupt.abort();
    });
  }
  const argv = process.argv.slice(2);
  // Asked often by scripts, and it needs nothing else.
  if (argv.length === 1 && argv[0] === '--version') {
    process.stdout.write(`${version}\n`);
    return;
  }
  const command = commandNamed(argv[0] ?? '');
  // The reader of our output may stop (`annals tail | head`). That is not a failure, but an export is not complete then.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    // A server has more to do than to print its address.
    if (command !== 'serve') {
      process.exit(command === 'export' ? exitCodes.incomplete : exitCodes.complete);
    }
  });
  // What nobody reads on stderr is progress, or a server's log: neither is a reason to stop.
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  if (command !== undefined && streaming.has(command)) reduceMemoryUse();
  const [{ run }] = await Promise.all([
    import('./run.ts'),
    command === undefined ? undefined : commands[command]?.load(),
  ]);
  if (command !== undefined && streaming.has(command)) restartAfterFirstCompile();
  process.exitCode = await run(argv, {
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    clock: systemClock,
    timeZone: Temporal.Now.timeZoneId(),
    random: (bytes) => void randomFillSync(bytes),
    signal: interrupt.signal,
    // On a terminal SIGHUP says that the terminal is gone, and ends the process.
    ...(process.stdin.isTTY !== true && {
      onHangup: (listener: () => void) => void process.on('SIGHUP', listener),
    }),
    cwd: process.cwd(),
    home: homedir(),
  });
}
