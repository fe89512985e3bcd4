/**
 * Coverage-guided fuzzing: `npm run fuzz` for all targets, `npm run fuzz -- json 60` for one, 60 seconds long. It changes
 * the inputs of the corpus, and goes on from those that reach code which none has reached before. `--keep` adds these to
 * the corpus. It prints its seed; `ANNALS_TEST_SEED=<seed>` draws the same changes again. An input on which a target fails,
 * or does not end, is printed and written into the corpus, where it fails as a test until it is fixed. Leaves with 1 then.
 */
import { hash, randomInt } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { addToCorpus } from './corpus.ts';
import type { FuzzReport, FuzzWork } from './fuzz-thread.ts';
import { targets } from './targets.ts';

const flags = process.argv.slice(2);
const keep = flags.includes('--keep');
const [wanted = 'all', seconds = '70'] = flags.filter((flag) => !flag.startsWith('--'));
const names = wanted === 'all' ? Object.keys(targets) : [wanted];
const seed = process.env.ANNALS_TEST_SEED ?? String(randomInt(1, 1_000_000_000));
if (!names.every((name) => Object.hasOwn(targets, name)) || !(Number(seconds) > 0)) {
  const known = ['all', ...Object.keys(targets)].join(' | ');
  process.stderr.write(`Usage: npm run fuzz -- [${known}] [seconds] [--keep]\n`);
  process.exit(2);
}

/** The longest that an input may take. */
const maxInputMillis = 10_000;
const presentBytes = 8 * 1_024;

/** Resolves with whether nothing was found. */
async function fuzz(target: string, forSeconds: number): Promise<boolean> {
  const present = new SharedArrayBuffer(presentBytes);
  const counters = new Int32Array(present, 0, 2);
  const work: FuzzWork = { target, seconds: forSeconds, seed, present };
  const thread = new Worker(new URL('./fuzz-thread.ts', import.meta.url), { workerData: work });
  let kept = 0;
  let sound = true;
  const fail = (input: Uint8Array, problem: string) => {
    const path = addToCorpus(target, `failed-${hash('sha256', input).slice(0, 12)}`, input);
    process.stdout.write(
      `${target}: FAILED\n${problem}\nThe input is ${path}, in base64:\n${Buffer.from(input).toString('base64')}\n`,
    );
    sound = false;
  };
  thread.on('message', (report: FuzzReport) => {
    if (report.kind === 'failed') fail(report.input, report.error);
    else if (report.kind === 'done') {
      const { runs, blocks } = report;
      process.stdout.write(`${target}: ${runs} inputs, ${blocks} blocks, ${kept} inputs new\n`);
    } else {
      kept += 1;
      if (keep) addToCorpus(target, report.name, report.input);
    }
  });
  let before = -1;
  const watch = setInterval(() => {
    if (counters[0] === before) {
      fail(new Uint8Array(present, 8, counters[1]), `it does not end within ${maxInputMillis} ms`);
      void thread.terminate();
    }
    before = counters[0]!;
  }, maxInputMillis);
  return new Promise((resolve) => {
    thread.on('error', (error) =>
      fail(new Uint8Array(present, 8, counters[1]), String((error as Error).stack)),
    );
    thread.on('exit', () => {
      clearInterval(watch);
      resolve(sound);
    });
  });
}

process.stdout.write(`seed ${seed}\n`);
for (const name of names) {
  if (!(await fuzz(name, Number(seconds) / names.length))) process.exitCode = 1;
}
