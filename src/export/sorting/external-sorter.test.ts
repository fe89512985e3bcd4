import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Journal } from '../journal.ts';
import { MemoryDisk } from '../memory-disk.fixture.ts';
import type { Entry } from '../stages.ts';
import { ExternalSorter } from './external-sorter.ts';
import { compareEntries } from './sorted-run.ts';

const workDirectory = '/work';

async function openSorter(
  disk: MemoryDisk,
  runBytes: number,
  maxOpenRuns: number,
): Promise<ExternalSorter> {
  await disk.createDirectory(workDirectory);
  const { journal } = await Journal.open(disk, `${workDirectory}/journal.ndjson`);
  const limits = {
    blockBytes: 1_000,
    flushBlocks: 1,
    flushMicros: 1,
    runBytes,
    runMicros: Number.POSITIVE_INFINITY,
    maxOpenRuns,
  };
  const nothing = { runs: [], position: undefined };
  return new ExternalSorter({ disk, clock: () => 0, limits, journal, workDirectory }, nothing);
}

async function sorted(sorter: ExternalSorter): Promise<Entry[]> {
  await sorter.flush();
  const entries: Entry[] = [];
  for await (const batch of sorter.sorted()) entries.push(...batch);
  return entries;
}

const entryAt = (at: number): Entry => ({ at, id: `id-${at}`, text: `{"at":${at}}` });

describe('entries that come in any order', () => {
  it('come out by time and id, each event as it came first', async () => {
    const entry = fc
      .tuple(
        fc.integer({ min: -3, max: 3 }),
        fc.string({ unit: 'binary', maxLength: 3 }),
        fc.string(),
      )
      .map(([at, id, value]): Entry => ({ at, id, text: JSON.stringify(value) }));
    const limits = fc.record({
      runBytes: fc.nat(300),
      maxOpenRuns: fc.integer({ min: 2, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(entry), limits, async (entries, { runBytes, maxOpenRuns }) => {
        const sorter = await openSorter(new MemoryDisk(), runBytes, maxOpenRuns);
        for (const each of entries) await sorter.add({ entries: [each] });
        const first = Map.groupBy(entries, ({ at, id }) => JSON.stringify([at, id]));
        const expected = [...first.values()].map(([one]) => one as Entry);
        assert.deepEqual(await sorted(sorter), expected.sort(compareEntries));
      }),
    );
  });

  it('are not merged before the end when they come from several positions at once, each in order', async () => {
    const disk = new MemoryDisk();
    const sorter = await openSorter(disk, 10_000, 4);
    const positions = [3_000, 7_000, 11_000, 15_000];
    for (let n = 0; n < 2_000; n += 1) {
      await sorter.add({ entries: positions.map((newest) => entryAt(newest - n)) });
    }
    const times = (await sorted(sorter)).map(({ at }) => at);
    assert.equal(times.length, 8_000);
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
    );
    assert.ok(disk.steps.some((step) => step.includes('20.run')));
    assert.ok(!disk.steps.some((step) => step.includes('.merged')));
  });
});
