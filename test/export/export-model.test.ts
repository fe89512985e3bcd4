/**
 * Whatever a vendor does that it may do, and however often the export is broken off and gone on with, it has every event
 * of its window that was asked for, each once and unchanged, oldest first, or says that it is incomplete.
 * `ANNALS_TEST_RUNS` sets how many histories are tried for each vendor, and `ANNALS_TEST_SEED` where they begin.
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
