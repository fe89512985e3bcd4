import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { defaultPlan } from '../../bench/soak/plan.ts';
import { problemLine } from '../../bench/soak/print.ts';
import { runSoak } from '../../bench/soak/run-soak.ts';

/** `node bench/soak.ts` for minutes or hours; this is the same for a few seconds. */
it('a short soak: recording, reading, exporting and sealing under kills, and nothing is wrong', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'annals-soak-'));
  const plan = {
    ...defaultPlan,
    seconds: 3,
    eventsPerSecond: 1_000,
    killSeconds: 1.5,
    organisations: 2,
    producers: 8,
    segmentEvents: 1_000,
  };
  try {
    const result = await runSoak(plan, directory, {
      everySeconds: 60,
      status: () => {},
      life: () => {},
      problem: () => {},
    });
    assert.deepEqual(result.problems.map(problemLine), []);
    assert.equal(result.total.events, 3_000);
    assert.equal(result.lives.length, 3);
    assert.ok(result.lives.filter(({ kill }) => kill !== undefined).length === 2);
    assert.ok(result.segments > 0);
    const done = result.lives.map((life) => life.done);
    for (const activity of ['native walks', 'counts', 'checkpoints proved', 'exports'] as const) {
      assert.ok(done.reduce((sum, each) => sum + each[activity], 0) > 0, activity);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
