/** `npm run man [directory]`: writes the man pages of the command, from the source of its help, into `dist/man`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CliContext } from '../src/cli/cli-context.ts';
import { commands } from '../src/cli/commands.ts';
import { manPages } from '../src/cli/man-pages.ts';
import { createProgram } from '../src/cli/run.ts';
import { readRepositoryManifest } from './manifests.ts';

/** Writes them into a directory. Returns their file names. */
export async function writeManPages(root: string, directory: string): Promise<readonly string[]> {
  const { version } = readRepositoryManifest(root);
  // A command looks at its context only when it runs.
  const program = await createProgram(Object.keys(commands), {} as CliContext);
  const date = releaseDate(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version);
  mkdirSync(directory, { recursive: true });
  const pages = manPages(program, { version, date });
  for (const [name, text] of pages) writeFileSync(join(directory, name), text);
  return [...pages.keys()];
}

/** Of this version, or else of the last one: no clock is asked, so that a build is the same at any time. */
function releaseDate(changelog: string, version: string): string {
  const releases = [...changelog.matchAll(/^## \[([^\]]+)\] - (\d{4}-\d{2}-\d{2})$/gm)];
  const release = releases.find(([, name]) => name === version) ?? releases[0];
  if (release?.[2] === undefined) throw new Error('The changelog has no release with a date');
  return release[2];
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const directory = resolve(process.argv[2] ?? join(root, 'dist', 'man'));
  const names = await writeManPages(root, directory);
  process.stdout.write(`Wrote ${names.length} man pages into ${directory}\n`);
}
