/** Like `crash.test.ts`, for exports with a proof: files, manifest and proof are byte for byte the same. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createFetchSend } from '../../src/client/fetch-send.ts';
import { MemoryDisk, type Remains, Stopped } from '../../src/export/memory-disk.fixture.ts';
import { workDirectoryPath } from '../../src/export/work-directory.ts';
import { draftsOf, exportProved, type ProvedExport } from './proved-export.fixture.ts';
import { openReadOnlyLog, type ReadOnlyLog } from './read-only-log.fixture.ts';

const directory = '/out';
const settings = {
  api: 'http://annals.test',
  directory,
  split: 'daily',
  compress: 'gzip',
} as const satisfies ProvedExport;

describe('an export with a proof stopped before any step and continued', () => {
  let log: ReadOnlyLog;
  before(async () => {
    log = await openReadOnlyLog(draftsOf(30));
  });

  async function run(disk: MemoryDisk): Promise<URL[]> {
    const requested: URL[] = [];
    const send = createFetchSend(async (input, init) => {
      const request = new Request(input, init);
      requested.push(new URL(request.url));
      return log.fetch(request);
    });
    await exportProved(settings, send, disk);
    return requested;
  }

  for (const remains of ['everything', 'only-synced'] satisfies Remains[]) {
    const cause = remains === 'everything' ? 'killed' : 'powered off';
    it(`${cause}, is like an undisturbed one`, async () => {
      const calm = new MemoryDisk();
      await run(calm);
      const expected = calm.contents(directory);
      assert.equal(expected.size, 4);
      assert.ok([...expected.keys()].some((path) => path.endsWith('.proof.ndjson')));
      assert.ok(calm.steps.some((step) => step.includes('.merged')));

      let keptCheckpoint = 0;
      for (let step = 1; step <= calm.steps.length; step += 1) {
        const disk = new MemoryDisk();
        disk.stopBefore = step;
        await assert.rejects(run(disk), Stopped);
        const next = disk.afterCrash(remains);
        for (const [path, content] of next.contents(directory)) {
          const isWhole = content === expected.get(path);
          assert.ok(isWhole, `${path} after step ${calm.steps[step - 1]}`);
        }
        const requested = await run(next);
        const where = `stopped before ${calm.steps[step - 1]}`;
        assert.deepEqual(next.contents(directory), expected, where);
        const lasting = next.afterCrash('only-synced');
        assert.deepEqual(lasting.contents(directory), expected, `${where}, it is durable`);
        assert.deepEqual(await next.names(workDirectoryPath(directory, 'q')), []);
        if (!requested.some(({ pathname }) => pathname.endsWith('/checkpoint')))
          keptCheckpoint += 1;
      }
      assert.ok(keptCheckpoint > calm.steps.length / 2, 'the checkpoint begun with is kept');
    });
  }
});
