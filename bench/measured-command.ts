/**
 * Runs a command line as `annals` does, but without any waits. At its end it prints how much memory it used:
 * `peak <bytes>` on stderr.
 */
import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { commandNamed, commands } from '../src/cli/commands.ts';
import { run } from '../src/cli/run.ts';
import { systemClock } from '../src/core/micros.ts';
import { reduceMemoryUse, restartAfterFirstCompile } from '../src/runtime/process-memory.ts';

/**
 * The peak of this process, in bytes. Where Linux does not say it, `getrusage` does, but that begins with the memory of
 * the process that started this one.
 */
function peakMemory(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1_024;
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1_024;
}

const argv = process.argv.slice(2);
reduceMemoryUse();
await commands[commandNamed(argv[0] ?? '') ?? '']?.load();
restartAfterFirstCompile();
process.exitCode = await run(argv, {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
  random: (bytes) => void randomFillSync(bytes),
  sleep: async () => undefined,
  signal: new AbortController().signal,
  cwd: process.cwd(),
  home: homedir(),
});
// Writing the compile cache needs memory too, and would otherwise come after this.
flushCompileCache();
process.stderr.write(`peak ${peakMemory()}\n`);
