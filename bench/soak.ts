/**
 * Everything at once for as long as one likes, with the server killed again and again: `node bench/soak.ts [minutes]`,
 * ten unless said. For a night: `npm run soak -- 600 --segment-events 65536`, which is the size a server takes by itself.
 *
 * 2,000 events a second are recorded in four organisations while followers, walks of pages (in our dialect, CockroachDB's
 * and UpCloud's), counts, exports and seals go on without a pause, and every minute the server gets a SIGKILL: at any
 * moment, in a seal, or in an export, but always with a request that records under way. What each event says follows from
 * its producer and number, so nothing has to be remembered to know what must be there. Checked are:
 *
 * - every acknowledged event is in the log once, requests are there as a whole or not at all, sequences have no gaps;
 * - every walk and every follower saw each event of its window once and in order, over any number of kills;
 * - counts are exact, and never go back;
 * - every export holds exactly its window and is proved by `annals verify`; one that was cut short left with 3, said so
 *   in its manifest, and was completed with `--resume`;
 * - every checkpoint is consistent with the one before, asked for directly and by `annals verify --server`;
 * - at the end all of it once more from the first event on, and `annals check`;
 * - memory of the server at the same age does not grow from one life to the next, and recording keeps up.
 *
 * It prints a line every ten seconds, at the end a table with a line for each life of the server and a verdict, and saves
 * them as `bench/.data/soak-result.json`. Leaves with 1 when anything was wrong, and then keeps its directory, with the
 * server's data and the exports that are not what they should be; otherwise it removes it. `--seed` repeats a run as far
 * as timing allows. This process keeps little of what it saw and does not grow either.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type SoakPlan, usualPlan } from './soak/plan.ts';
import { killLine, printResult, problemLine, statusLine } from './soak/print.ts';
import { runSoak } from './soak/run-soak.ts';
import { complaints } from './soak/verdict.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rate: { type: 'string', default: String(usualPlan.eventsPerSecond) },
    'kill-seconds': { type: 'string', default: String(usualPlan.killSeconds) },
    'segment-events': { type: 'string', default: String(usualPlan.segmentEvents) },
    seed: { type: 'string', default: String(usualPlan.seed) },
    /** Keeps the directory in any case. */
    keep: { type: 'boolean', default: false },
  },
});
const plan: SoakPlan = {
  ...usualPlan,
  seconds: positive(positionals[0] ?? '10') * 60,
  eventsPerSecond: positive(values.rate),
  killSeconds: positive(values['kill-seconds']),
  segmentEvents: positive(values['segment-events']),
  seed: positive(values.seed),
};

function positive(text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`${text} is no positive number`);
}

const kept = fileURLToPath(new URL('.data', import.meta.url));
await mkdir(kept, { recursive: true });
// On the disk that the project is on, which is seldom one in memory.
const place = await mkdtemp(join(kept, 'soak-'));
console.log(`${JSON.stringify(plan)} in ${place}`);
// Ends the server too, which it does not do for a signal by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const result = await runSoak(plan, place, {
  everySeconds: 10,
  status: (sight) => console.log(statusLine(sight)),
  life: ({ kill }) => kill && console.log(killLine(kill)),
  problem: (problem) => console.log(problemLine(problem)),
});
printResult(result);
const reasons = complaints(result);
await writeFile(
  join(kept, 'soak-result.json'),
  `${JSON.stringify({ passed: reasons.length === 0, reasons, ...result }, null, 2)}\n`,
);
if (reasons.length === 0) {
  console.log('verdict       passed');
} else {
  console.log(`verdict       FAILED: ${reasons.join('; ')}. What there is to look at: ${place}`);
  process.exitCode = 1;
}
if (reasons.length === 0 && !values.keep) await rm(place, { recursive: true });
