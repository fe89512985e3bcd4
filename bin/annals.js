#!/usr/bin/env node
// Starts the command on a Node that can run it. A clone carries its own Node in node_modules, so that an
// old one on the machine does no harm; npm puts it first on the path, and started by hand this file finds it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as modules from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const needed = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(root, 'dist', 'cli', 'main.js');
const program = existsSync(built) ? built : join(root, 'src', 'cli', 'main.ts');

if (Number(process.versions.node.split('.')[0]) >= needed) {
  // Keeps what was compiled for the next start, in a place that only whoever installed this can write. Threads look
  // for it in the environment; without it each would load a compiler of its own.
  const cache = join(root, 'node_modules', '.cache', 'compiled');
  const { directory } = modules.enableCompileCache?.(cache) ?? {};
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= cache;
  const { main } = await import(program);
  await main();
} else {
  const pinned = join(root, 'node_modules', '.bin', 'node');
  if (!existsSync(pinned)) {
    process.stderr.write(
      `annals: needs Node ${needed} or newer, this is ${process.versions.node}, and ${pinned} is missing. Run npm ci first.\n`,
    );
    process.exit(1);
  }
  const child = spawn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + 15 : (code ?? 1)));
}
