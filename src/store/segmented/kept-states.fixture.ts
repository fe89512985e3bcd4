import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { siblingModule } from '../../runtime/thread.ts';
import { DataDirectory } from './data-directory.ts';
import { unknownFiles } from './file-content.ts';
import { readStoreFile } from './store-file.ts';

/**
 * Runs a program on `data` in a directory, or on another directory there, and gives the directories with what it would have left at each step if it had
 * been killed there (see `crash-states.fixture.ts`). The program is of this folder, unless it is a URL.
 */
export function statesOf(place: string, program: string | URL, directory = 'data'): string[] {
  const states = join(place, 'states');
  mkdirSync(states);
  const path = (name: string) => siblingModule(import.meta.url, name).pathname;
  const env = {
    ...process.env,
    ANNALS_TEST_DIRECTORY: join(place, directory),
    ANNALS_TEST_STATES: states,
  };
  const main = typeof program === 'string' ? path(program) : program.pathname;
  const args = ['--import', path('./crash-states.fixture'), main];
  const run = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  const numbers = readdirSync(states).filter((name) => /^\d+$/.test(name));
  return numbers.map((number) => join(states, number));
}

/** Some of many, each with the same chance; with `ANNALS_TEST_STATES_EVERY=1` all of them. */
export function sampleOf<T>(all: readonly T[], every: number): T[] {
  const step = Number(process.env.ANNALS_TEST_STATES_EVERY ?? every);
  const first = Math.floor(Math.random() * step);
  return all.filter((_, nth) => nth % step === first);
}

/** A directory that is closed has every file of its catalogue, and no other. */
export function assertTidy(path: string): void {
  const directory = new DataDirectory(path);
  const { live, others } = readStoreFile(directory);
  assert.deepEqual(others, []);
  assert.deepEqual(unknownFiles(directory, live, []), []);
  for (const { file } of live) assert.ok(existsSync(directory.pathOf(file)), file);
}
