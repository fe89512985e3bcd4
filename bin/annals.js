#!/usr/bin/env node
// Starts the command on a Node that can run it. A clone has its own Node in node_modules, so that an old one on the
// machine does no harm: npm puts it first on the path, and without npm this file finds it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as modules from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const needed = 26;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(root, 'dist', 'cli', 'main.js');
const program = existsSync(built) ? built : join(root, 'src', 'cli', 'main.ts');

// What a server sets for itself, and what each setting saves: docs/decisions/022-memory-policy.md.
/** The nursery of the first thread. V8 would let it grow further, to no use; with less, recording takes a tenth longer. */
const nursery = '--max-semi-space-size=16';
/**
 * By default glibc keeps what it can still use, and keeps it for each thread. With these settings all threads share two
 * arenas, and what is larger than a chunk of an export goes back to the system at once.
 */
const allocator = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(2 * 1024 * 1024),
};

/** V8 and glibc read these when a process starts, so a server starts again, as the same process, where that is possible. */
function restartWithLessMemory() {
  const { execve, execPath, execArgv, argv, env, platform } = process;
  if (argv[2] !== 'serve' || platform === 'win32' || execve === undefined) return;
  if (execArgv.includes(nursery)) return;
  execve(execPath, [execPath, nursery, ...execArgv, ...argv.slice(1)], { ...allocator, ...env });
}

if (Number(process.versions.node.split('.')[0]) >= needed) {
  restartWithLessMemory();
  // A server collects garbage while it is idle. V8 accepts compiled code only with the flags that it was compiled with,
  // so this flag comes first.
  if (['serve', 'demo'].includes(process.argv[2])) setFlagsFromString('--expose-gc');
  // Keeps compiled code for the next start, where only the user who installed this can write. Threads find the directory
  // in the environment; without it each would load a compiler of its own.
  const cache = join(root, 'node_modules', '.cache', 'compiled');
  const { directory } = modules.enableCompileCache(cache);
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= cache;
  const { main } = await import(program);
  await main();
} else {
  const pinned = join(root, 'node_modules', '.bin', 'node');
  if (!existsSync(pinned)) {
    process.stderr.write(
      `annals: Cannot start on Node ${process.versions.node}: ${needed} or newer is needed, and ${pinned} is missing. Run npm ci first.\n`,
    );
    process.exit(1);
  }
  const child = spawn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  // As shells do: 130 for SIGINT.
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}
