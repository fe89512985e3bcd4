/**
 * Runs a command line as `annals` does, without the waits it is asked or paces itself to, and says at its end how much
 * memory it took: `peak <bytes>` on stderr.
 */
import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { loadCommands, run } from '../src/cli/main.ts';
import { systemClock } from '../src/core/micros.ts';
import { reduceMemoryUse, restartAfterFirstCompile } from '../src/runtime/process-memory.ts';

/**
 * The peak of this process, in bytes. What `getrusage` says instead begins with the memory of the process that started
 * this one, which is what other systems must do with.
 */
function peakMemory(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1_024;
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1_024;
}

const argv = process.argv.slice(2);
reduceMemoryUse();
await loadCommands(argv);
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
// Keeping what was compiled takes memory too, and would happen only after this.
flushCompileCache();
process.stderr.write(`peak ${peakMemory()}\n`);
