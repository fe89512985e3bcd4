/**
 * Tries whether the tests notice wrong code: `npm run test:mutation`. StrykerJS changes one thing of the source at a
 * time and runs the test files that execute it. A run tries one slice of the source; without `--slice` the one whose
 * turn it is today. `docs/contribute/mutation-testing.md` says what the figures mean and keeps them.
 *
 *   --slice K/N      slice K of N (N as the run prints it; when it is another, the slices were cut anew)
 *   --files GLOB     the files that match, instead of a slice
 *   --minutes M      tries no further mutant after so long (default 15)
 *   --sample P       tries P percent of the mutants, spread over the source (default 100)
 *   --concurrency C  how many mutants are tried at a time (default 2)
 *   --json FILE      where the result is written (default .cache/mutation/result.json)
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { type Excuse, report, resultOf } from './result.ts';
import { deadlineVariable } from './runner.ts';
import { sampleVariable } from './sample.ts';
import { sliceOf, slicesOf, turnOf } from './slices.ts';

const { values: flags } = parseArgs({
  options: {
    slice: { type: 'string' },
    files: { type: 'string' },
    minutes: { type: 'string', default: '15' },
    sample: { type: 'string', default: '100' },
    concurrency: { type: 'string', default: '2' },
    json: { type: 'string', default: '.cache/mutation/result.json' },
  },
});

const root = fileURLToPath(new URL('../..', import.meta.url));
process.chdir(root);
const fileHere = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const slices = slicesOf(root);
const [wanted, of] = (flags.slice ?? '').split('/').map(Number);
if (of !== undefined && of !== slices.length) {
  console.log(`The source is cut into ${slices.length} slices, no longer into ${of}.`);
}
const number = wanted || turnOf(new Date(), slices.length);
const slice = flags.files === undefined ? slices[number - 1] : sliceOf(root, flags.files);
if (slice === undefined) throw new Error(`There is no slice ${number} of ${slices.length}`);
const name = flags.files ?? `slice ${number}/${slices.length}`;
console.log(`Mutation run of ${name}: ${slice.files.join(', ')}`);

const started = Date.now();
const sources = new Map<string, string>();
for (const file of slice.files) sources.set(file, await readFile(file, 'utf8'));
// With the same generated input a mutant lives or dies the same way in every run.
process.env.ANNALS_TEST_SEED ??= '1';
process.env[deadlineVariable] = String(started + Number(flags.minutes) * 60_000);
process.env[sampleVariable] = flags.sample;
const mutants = await new Stryker({
  mutate: [...slice.files],
  ignorePatterns: ['bench', '.cache'],
  plugins: [fileHere('runner.ts'), fileHere('sentences.ts')],
  ignorers: ['sentences'],
  testRunner: 'node-test',
  annals: { testFiles: slice.tests },
  coverageAnalysis: 'perTest',
  testRunnerNodeArgs: ['thread-hits.ts', '../seed.ts'].flatMap((name) => [
    '--import',
    fileHere(name),
  ]),
  // Modules that were loaded anew stay in memory until the process ends.
  maxTestRunnerReuse: 200,
  concurrency: Number(flags.concurrency),
  // Outside of node_modules: Node strips no types there.
  tempDirName: '.cache/mutation/sandboxes',
  cleanTempDir: 'always',
  disableTypeChecks: false,
  // Naming no file keeps StrykerJS from loading TypeScript to adapt it; nothing here reads it.
  tsconfigFile: 'none',
  timeoutMS: 3_000,
  timeoutFactor: 1.25,
  reporters: process.stdout.isTTY ? ['progress-append-only'] : [],
  warnings: false,
  allowConsoleColors: false,
}).runMutationTest();

const excuses: Excuse[] = JSON.parse(await readFile(fileHere('survivors.json'), 'utf8'));
const result = resultOf(mutants, excuses, sources, root);
await mkdir(dirname(flags.json), { recursive: true });
await writeFile(flags.json, `${JSON.stringify({ name, ...result }, null, 2)}\n`);
console.log(report(result));
console.log(`${Math.round((Date.now() - started) / 1000)} seconds; written to ${flags.json}`);
