/**
 * Whatever a vendor does within its rules, and however often the export is interrupted and continued: the export has every
 * event of its query, each once and unchanged, oldest first, or it says that it is incomplete.
 * `ANNALS_TEST_RUNS` sets how many histories are tried for each vendor, and `ANNALS_TEST_SEED` the first one.
 */
import { describe, it } from 'node:test';
import { vendorKinds } from '../vendors/events.fixture.ts';
import { assertComplete } from './export-model.fixture.ts';

const runs = Number(process.env.ANNALS_TEST_RUNS ?? 60);
const firstSeed = Number(process.env.ANNALS_TEST_SEED ?? 1);

describe('an export from a vendor that misbehaves', () => {
  for (const kind of vendorKinds) {
    it(`of ${kind} is complete, each event once, oldest first`, async () => {
      for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
        await assertComplete(kind, seed).catch((cause) => {
          throw new Error(`seed ${seed} of ${kind}`, { cause });
        });
      }
    });
  }
});
