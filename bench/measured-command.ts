/**
 * Runs a command line as `annals` does, without the waits it is asked or paces itself to, and says at its end how much
 * memory it took: `peak <bytes>` on stderr.
 */
import { randomFillSync } from 'node:crypto';
import { homedir } from 'node:os';
import { run, spareMemory } from '../src/cli/main.ts';
import { systemClock } from '../src/core/micros.ts';

spareMemory();
process.exitCode = await run(process.argv.slice(2), {
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
process.stderr.write(`peak ${process.resourceUsage().maxRSS * 1024}\n`);
