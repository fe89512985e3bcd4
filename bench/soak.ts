/**
 * Everything at once, for as long as you like, while the server is killed again and again: `node bench/soak.ts [minutes]`,
 * 10 by default. For a night: `npm run soak -- 600 --segment-events 65536`, which is the server's default size.
 *
 * 2,000 events a second are recorded in four organisations. Followers, walks of pages (in our dialect, CockroachDB's and
 * UpCloud's), counts, exports and sealing run all the time. Every minute the server gets a SIGKILL: at any moment, while it
 * seals, or during an export, but always during a request that records. Producer and number of an event decide all that it
 * says, so the soak knows what must be there without remembering it. It checks that
 *
 * - every acknowledged event is in the log once, requests are there as a whole or not at all, sequences have no gaps;
 * - every walk and every follower saw each event of its window once and in order, over any number of kills;
 * - counts are exact, and never go back;
 * - every export has exactly its window and is proved by `annals verify`; an interrupted one exited with 3, said so in
 *   its manifest, and was completed with `--resume`;
 * - every checkpoint is consistent with the one before, by its proof and by `annals verify --server`;
 * - at the end all of this holds once more from the first event on, and `annals check` finds nothing wrong;
 * - the memory of the server at the same age does not grow from one life to the next, and recording keeps up.
 *
 * It prints a line every ten seconds, and at the end a table with a line for each life of the server, and what failed. It
 * saves them as `bench/.data/soak-result.json`. When anything was wrong it exits with 1 and keeps its directory, with the
 * server's data and the wrong exports; otherwise it removes the directory. `--seed` repeats a run as far as timing allows.
 * This process remembers little of what it saw, and does not grow either.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultPlan, type SoakPlan } from './soak/plan.ts';
import { killLine, printResult, problemLine, statusLine } from './soak/print.ts';
import { failuresOf, runSoak } from './soak/run-soak.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rate: { type: 'string', default: String(defaultPlan.eventsPerSecond) },
    'kill-seconds': { type: 'string', default: String(defaultPlan.killSeconds) },
    'segment-events': { type: 'string', default: String(defaultPlan.segmentEvents) },
    seed: { type: 'string', default: String(defaultPlan.seed) },
    /** Keeps the directory in any case. */
    keep: { type: 'boolean', default: false },
  },
});
const plan: SoakPlan = {
  ...defaultPlan,
  seconds: positive(positionals[0] ?? '10') * 60,
  eventsPerSecond: positive(values.rate),
  killSeconds: positive(values['kill-seconds']),
  segmentEvents: positive(values['segment-events']),
  seed: positive(values.seed),
};

function positive(text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`${text} is not a positive number`);
}

const kept = fileURLToPath(new URL('.data', import.meta.url));
await mkdir(kept, { recursive: true });
// On the disk of the project, which is rarely one in memory.
const directory = await mkdtemp(join(kept, 'soak-'));
console.log(`${JSON.stringify(plan)} in ${directory}`);
// Ends the server too: a signal alone would not.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const result = await runSoak(plan, directory, {
  everySeconds: 10,
  status: (status) => console.log(statusLine(status)),
  life: ({ kill }) => kill && console.log(killLine(kill)),
  problem: (problem) => console.log(problemLine(problem)),
});
printResult(result);
const reasons = failuresOf(result);
await writeFile(
  join(kept, 'soak-result.json'),
  `${JSON.stringify({ passed: reasons.length === 0, reasons, ...result }, null, 2)}\n`,
);
if (reasons.length === 0) {
  console.log('result        passed');
} else {
  console.log(`result        FAILED: ${reasons.join('; ')}. See ${directory}`);
  process.exitCode = 1;
}
if (reasons.length === 0 && !values.keep) await rm(directory, { recursive: true });
