/**
 * An export that is stopped before any step that changes the disk, and continued, has byte for byte the files of an
 * undisturbed one, and requests nothing again that was durable.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openZone } from '../../src/core/calendar.ts';
import { day, hour, type Micros, parseInstant } from '../../src/core/micros.ts';
import { periodsOf, type Window } from '../../src/core/window.ts';
import { jsonFormat } from '../../src/export/formats/json.ts';
import type { ExportLimits } from '../../src/export/limits.ts';
import { MemoryDisk, type Remains, Stopped } from '../../src/export/memory-disk.fixture.ts';
import { nameOutputs } from '../../src/export/output-names.ts';
import { exportToFiles } from '../../src/export/run-export.ts';
import type { Compression } from '../../src/export/sinks/block-writer.ts';
import type { Entry, LogFacts, Source } from '../../src/export/stages.ts';
import { openWorkDirectory, workDirectoryPath } from '../../src/export/work-directory.ts';

const from = parseInstant('2026-06-01T00:00:00Z') as Micros;
const window: Window = { from, to: from + 3 * day };
const zone = openZone('UTC');

interface Setting {
  readonly name: string;
  readonly source: (positions: (string | undefined)[]) => Source;
  readonly split?: 'daily';
  readonly compress?: Compression;
  readonly manifest?: boolean;
  readonly skipEmpty?: boolean;
}

/** So small that a few entries fill a block, a few blocks are made durable together, and runs must be merged twice. */
const limits: ExportLimits = {
  blockBytes: 1_000,
  flushBlocks: 3,
  flushMicros: day,
  runBytes: 4_000,
  runMicros: day,
  maxOpenRuns: 2,
};

/** An entry every hour, but none on the second day. */
const entries: Entry[] = Array.from({ length: 3 * 24 }, (_, index) => ({
  at: from + index * hour,
  id: `e${String(index).padStart(4, '0')}`,
  text: JSON.stringify({ index, filling: 'x'.repeat(200) }),
})).filter(({ at }) => at < from + day || at >= from + 2 * day);

const common = {
  origin: { kind: 'test', endpoint: 'test' },
  filters: { bySource: {}, byClient: {} },
} as const;

/** Sends the oldest first, in batches of 7, from any position. It says what it has dropped once reading has begun. */
function ordered(positions: (string | undefined)[]): Source {
  let log: LogFacts | undefined;
  return {
    ...common,
    order: 'oldest-first',
    positionAfter: ({ id }) => id,
    get log() {
      return log;
    },
    async *read(position) {
      positions.push(position);
      log = { size: 1_000, keptFrom: 900 };
      const rest = entries.filter(({ id }) => position === undefined || id > position);
      for (let at = 0; at < rest.length; at += 7) {
        const batch = rest.slice(at, at + 7);
        yield { entries: batch, received: batch.length };
      }
    },
  };
}

/** Sends in an order of its own, in batches that overlap, and can continue after any of them. */
function unordered(positions: (string | undefined)[]): Source {
  const shuffled = entries.toSorted((one, other) =>
    (one.id.at(-1) ?? '').localeCompare(other.id.at(-1) ?? ''),
  );
  return {
    ...common,
    order: 'unknown',
    async *read(position) {
      positions.push(position);
      for (let at = Number(position ?? 0); at < shuffled.length; at += 4) {
        const batch = shuffled.slice(at, at + 6);
        yield { entries: batch, received: batch.length, position: String(at + 4) };
      }
    },
  };
}

const settings: Setting[] = [
  { name: 'in order, into one file', source: ordered },
  { name: 'in order, into one file, without a manifest', source: ordered, manifest: false },
  { name: 'in order, a file a day, compressed', source: ordered, split: 'daily', compress: 'gzip' },
  { name: 'out of order, a file a day', source: unordered, split: 'daily' },
  { name: 'in order, no file for an empty day', source: ordered, split: 'daily', skipEmpty: true },
];

async function run(
  { source, split, compress, manifest = true, skipEmpty = false }: Setting,
  disk: MemoryDisk,
  { resume, positions = [] }: { resume: boolean; positions?: (string | undefined)[] },
): Promise<void> {
  const clock = () => window.to;
  const plan = { kind: 'plan', question: 'q', startedAt: from, window } as const;
  const reading = source(positions);
  const work = await openWorkDirectory(disk, workDirectoryPath('/out', 'q'), plan, resume);
  await exportToFiles(
    {
      source: reading,
      transform: undefined,
      window,
      query: {
        origin: common.origin,
        window,
        timezone: 'UTC',
        split,
        filters: {},
        format: 'json',
        envelope: undefined,
        compress,
        shape: 'raw',
      },
      outputs: nameOutputs({
        cwd: '/out',
        output: undefined,
        format: 'json',
        compress,
        periods: periodsOf(window, split, zone),
        windowName: 'window',
        split: split !== undefined,
      }),
      format: jsonFormat,
      compress,
      manifest,
      skipEmpty,
      continueWith: 'again',
    },
    work,
    { disk, clock, signal: new AbortController().signal, limits, onProgress: () => undefined },
  );
}

describe('an export stopped before any step and continued', () => {
  for (const setting of settings) {
    for (const remains of ['everything', 'only-synced'] as Remains[]) {
      const cause = remains === 'everything' ? 'killed' : 'powered off';
      it(`${setting.name}, ${cause}, is like an undisturbed one`, async () => {
        const calm = new MemoryDisk();
        await run(setting, calm, { resume: true });
        const expected = calm.contents('/out');
        const days = setting.skipEmpty === true ? 2 : 3;
        const files = setting.split === undefined ? 1 : days;
        assert.equal(expected.size, setting.manifest === false ? files : files + 1);
        assert.deepEqual(await calm.names(workDirectoryPath('/out', 'q')), []);

        for (let step = 1; step <= calm.steps.length; step += 1) {
          const disk = new MemoryDisk();
          disk.stopBefore = step;
          await assert.rejects(run(setting, disk, { resume: true }), Stopped);
          const next = disk.afterCrash(remains);
          for (const [path, content] of next.contents('/out')) {
            assert.equal(content, expected.get(path), `${path} after step ${step}`);
          }
          await run(setting, next, { resume: true });
          const where = `stopped before ${calm.steps[step - 1]}`;
          assert.deepEqual(next.contents('/out'), expected, where);
          const lasting = next.afterCrash('only-synced');
          assert.deepEqual(lasting.contents('/out'), expected, `${where}, it is durable`);
        }
      });
    }

    it(`${setting.name}, stopped again and again, reaches its end`, async () => {
      const calm = new MemoryDisk();
      await run(setting, calm, { resume: true });
      let disk = new MemoryDisk();
      const positions: (string | undefined)[] = [];
      for (let turn = 0; ; turn += 1) {
        assert.ok(turn < calm.steps.length, 'it makes progress');
        // Merging starts again each time, so the turns must become long enough for it.
        disk.stopBefore = 25 + turn * 2;
        try {
          await run(setting, disk, { resume: true, positions });
          break;
        } catch (error) {
          assert.ok(error instanceof Stopped);
          disk = disk.afterCrash('only-synced');
        }
      }
      assert.deepEqual(disk.contents('/out'), calm.contents('/out'));
      assert.ok(new Set(positions).size > 1, 'it continued from positions after the beginning');
    });
  }
});
