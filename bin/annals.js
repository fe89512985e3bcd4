#!/usr/bin/env node
// Starts the command on a Node that can run it. Node is a dependency of this package, so that an old one on the machine
// does no harm: in a clone npm puts it first on the path, and elsewhere this file finds it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as modules from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const needed = 26;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** In a clone the source: what was built there some time ago may be old. */
const source = join(root, 'src', 'cli', 'main.ts');
const program = existsSync(source) ? source : join(root, 'dist', 'main.js');

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

/**
 * The Node of the platform package that npm installed. It is beside this package, or in it, or further up: npm decides,
 * so it is looked for as a module is.
 */
function pinnedNode() {
  const require = modules.createRequire(import.meta.url);
  const { optionalDependencies } = require('../package.json');
  for (const name of Object.keys(optionalDependencies ?? {})) {
    // npm installs none but that of this platform; a directory that was copied from another machine may have others.
    if (!name.endsWith(`-${process.platform}-${process.arch}`)) continue;
    try {
      return join(dirname(require.resolve(`${name}/package.json`)), 'bin', 'node');
    } catch {
      // Not installed.
    }
  }
  return undefined;
}

if (Number(process.versions.node.split('.')[0]) >= needed) {
  restartWithLessMemory();
  // A server collects garbage while it is idle. V8 accepts compiled code only with the flags that it was compiled with,
  // so this flag comes first.
  if (['serve', 'demo'].includes(process.argv[2])) setFlagsFromString('--expose-gc');
  // Of TypeScript compiled code is kept for the next start, where only the user who installed this can write. Threads find
  // the directory in the environment; without it each would load a compiler of its own. JavaScript starts as quickly without.
  if (program === source) {
    const cache = join(root, 'node_modules', '.cache', 'compiled');
    const { directory } = modules.enableCompileCache(cache);
    if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= cache;
  }
  const { main } = await import(program);
  await main();
} else {
  const pinned = pinnedNode();
  if (pinned === undefined) {
    process.stderr.write(
      `annals: Cannot start on Node ${process.versions.node}: ${needed} or newer is needed, and the one that npm installs with this package is missing on ${process.platform}-${process.arch}. Install again without --omit=optional, or run a newer Node.\n`,
    );
    process.exit(1);
  }
  const child = spawn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  child.on('error', ({ message }) => {
    process.stderr.write(`annals: Cannot start ${pinned}: ${message}\n`);
    process.exit(1);
  });
  // As shells do: 130 for SIGINT.
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}
