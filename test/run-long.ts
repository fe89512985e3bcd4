/**
 * The long tests: `npm run test:long`. The same suites as `npm test`, with more kills, hundreds of generated histories
 * and a soak, then a slice of the mutation run. It prints the seed of everything that is generated;
 * `ANNALS_TEST_SEED=<seed> npm run test:long` repeats a run. Leaves with 1 when a step failed.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const seed = process.env.ANNALS_TEST_SEED ?? String(randomInt(1, 1_000_000_000));
const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

interface Step {
  readonly name: string;
  readonly program: string;
  readonly flags: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const tests = (name: string, flags: readonly string[], env: Step['env'] = {}): Step => ({
  name,
  program: fileOf('run-tests.ts'),
  flags,
  env,
});

const steps: readonly Step[] = [
  tests('a soak under kills', ['--long']),
  tests(
    'processes killed while they write',
    [
      'src/store/segmented/crash',
      'src/store/segmented/kill',
      'src/store/segmented/upgrade',
      'src/ledger/retention-kill',
      'test/kill',
    ],
    { ANNALS_TEST_KILLS: '20', ANNALS_TEST_STATES_EVERY: '1' },
  ),
  tests('histories of exports and of synchronising', ['test/export/', 'test/vendors/'], {
    ANNALS_TEST_RUNS: '100',
  }),
  tests(
    'rules over all inputs',
    ['src/core/', 'src/integrity/', 'src/ledger/sequencing', 'src/export/'],
    { ANNALS_TEST_RUNS: '300' },
  ),
  tests('as many requests as a vendor’s trail of 100,000 entries takes', ['test/export/requests'], {
    ANNALS_REQUESTS_USUAL: '1',
  }),
  {
    name: 'a slice of the mutation run',
    program: fileOf('mutation/run-slice.ts'),
    flags: ['--minutes', '8'],
  },
];

const summary: string[] = [];
let failed = false;
process.stdout.write(`seed ${seed}\n`);
for (const { name, program, flags, env } of steps) {
  process.stdout.write(`\n== ${name}\n`);
  const began = performance.now();
  const child = spawn(process.execPath, [program, ...flags], {
    stdio: 'inherit',
    env: { ...process.env, ANNALS_TEST_SEED: seed, ...env },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  if (code !== 0) failed = true;
  summary.push(`${code === 0 ? 'passed' : 'FAILED'} in ${seconds} s: ${name}`);
}
process.stdout.write(`\nseed ${seed}\n${summary.join('\n')}\n`);
process.exitCode = failed ? 1 : 0;
