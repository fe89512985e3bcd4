import { readdirSync } from 'node:fs';
import { flushCompileCache, getCompileCacheDir } from 'node:module';
import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 keep no more garbage than it must: a long stream then takes a quarter less. To be called before the command is
 * loaded. What it saves is in `docs/decisions/022-memory-policy.md`.
 */
export function reduceMemoryUse(): void {
  setFlagsFromString('--memory-saver-mode');
}

const mark = 'ANNALS_STARTED_OVER';

/**
 * Starts the process over when something had to be compiled for the first time, as it is from then on kept: what
 * translates TypeScript stays in memory once it was needed, 25 MB for the whole of a long stream. To be called when
 * everything is loaded and nothing has been done yet. Where a process cannot be replaced it goes on as it is.
 */
export function restartAfterFirstCompile(): void {
  const directory = getCompileCacheDir();
  if (directory === undefined || process.execve === undefined || process.env[mark]) return;
  const before = readdirSync(directory).length;
  flushCompileCache();
  if (readdirSync(directory).length === before) return;
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, again, { ...process.env, [mark]: '1' });
}
