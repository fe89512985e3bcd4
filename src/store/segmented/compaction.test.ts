import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { siblingModule } from '../../runtime/thread.ts';
import type { EventStore } from '../event-store.ts';
import {
  erasureOf,
  type TestDraft,
  TestLog,
  testEpoch,
  testNodeHash,
} from '../test-log.fixture.ts';
import { checkDataDirectory } from './check.ts';
import { openSegmentedStore, type SegmentedStoreOptions } from './store.ts';

const draft = (n: number): TestDraft => ({
  action: n % 3 === 0 ? 'open' : 'close',
  createdAt: testEpoch - (n % 2) * n,
  description: `Vault ${n}`,
  traceId: `t-${n}`,
  user: { email: `noor-${n}@example.com` },
  ...(n % 4 !== 0 && { salt: new Uint8Array(16).fill(n) }),
});

describe('compacting in a data directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'annals-compacting-'));
  });
  afterEach(() => rm(directory, { recursive: true }));
  const open = (options: Partial<SegmentedStoreOptions> = {}) =>
    openSegmentedStore({ directory, readers: 1, segmentEvents: 1_000, ...options });
  const segments = async () =>
    (await readdir(join(directory, 'segments')))
      .filter((file) => /\.(segment|hashes)$/.test(file))
      .toSorted();
  /** Records events in portions of each log and erases the last event of each, which ends the segment. */
  const fill = async (
    store: EventStore,
    logs: readonly TestLog[],
    portions: number,
    each: number,
  ) => {
    const erased: number[] = [];
    for (let portion = 0; portion < portions; portion += 1) {
      for (const log of logs) {
        const { size } = log.head;
        await log.record(
          store,
          Array.from({ length: each }, (_, n) => draft(size + n)),
        );
      }
      const last = logs.at(-1)!;
      const event = last.events.at(-1)!;
      erased.push(event.sequence);
      await store.erase(last.organisation, [erasureOf(event)]);
    }
    return erased;
  };
  const untilSegments = async (most: number) => {
    while ((await segments()).length > most) await setTimeout(1);
  };
  const checkWhole = async () => {
    for await (const { file, problem } of checkDataDirectory(directory)) {
      assert.equal(problem, undefined, file);
    }
  };

  it('makes few segments of many small ones, and every answer is right', async () => {
    let store = await open();
    const logs = ['org-a', 'org-b'].map((name) => new TestLog(name));
    // Of the second log only now and then; of the third nothing but in the middle.
    const erased = await fill(store, logs, 7, 20);
    const middle = new TestLog('org-c');
    await fill(store, [middle], 1, 5);
    erased.push(...(await fill(store, logs, 7, 20)));
    await untilSegments(6);
    await checkLog(store, logs[0]!, []);
    await checkLog(store, logs[1]!, erased);
    await checkLog(store, middle, [4]);
    await checkWhole();
    await store.close();
    store = await open();
    await checkLog(store, logs[1]!, erased);
    // A compacted segment can be erased from, and compacted again.
    await store.erase('org-b', [erasureOf(logs[1]!.events[17]!)]);
    await fill(store, [logs[0]!], 3, 200);
    await checkLog(store, logs[1]!, [...erased, 17]);
    await store.close();
    await checkWhole();
  });

  it('creates the ids of compacted segments again when their file is gone', async () => {
    let store = await open();
    const log = new TestLog('org');
    const erased = await fill(store, [log], 8, 9);
    await untilSegments(4);
    await store.close();
    await rm(join(directory, 'ids'), { recursive: true });
    store = await open();
    await checkLog(store, log, erased);
    await store.close();
    await checkWhole();
  });

  it('goes on under queries', async () => {
    const store = await open({ readers: 2 });
    const log = new TestLog('org');
    let filling = true;
    const ask = async () => {
      while (filling) {
        await setImmediate();
        const { size } = log.head;
        assert.equal(await store.count('org', {}, size), size);
        const event = log.events[Math.floor(size / 2)];
        if (event === undefined) continue;
        assert.equal((await store.get('org', event.eventID))?.sequence, event.sequence);
        const leaves = await store.treeNodes('org', 0, event.sequence, 1);
        assert.deepEqual(Buffer.from(leaves), Buffer.from(event.leafHash));
      }
    };
    const work = async () => {
      await fill(store, [log], 5, 6);
      filling = false;
    };
    await Promise.all([work(), ask(), ask()]);
    await store.close();
  });

  it('makes no segment that takes events for too long, and drops compacted ones', async () => {
    const store = await open({ segmentMicros: 30_000 });
    const log = new TestLog('org');
    await fill(store, [log], 14, 6);
    const begins = async () =>
      (await segments()).map((file) => /^(\d+)(?:-(\d+))?/.exec(file)!.slice(1).map(Number));
    await untilSegments(6);
    for (const [first = 0, last = first] of await begins()) {
      assert.ok(Number.isNaN(last) || last - first < 5, `${first} to ${last}`);
    }
    await store.drop(await store.expired(testEpoch + 60_000));
    const before = (await store.dropped('org'))?.before ?? 0;
    assert.ok(before >= 30 && before <= 60, `${before} are gone`);
    assert.equal(await store.count('org', {}), 84 - before);
    assert.ok((await segments()).some((file) => /^\d+-\d+\.\d+\.hashes$/.test(file)));
    assert.equal((await store.treeNodes('org', 0, 0, 500)).length, 84 * 32);
    await store.close();
  });

  it('leaves each segment compacted or not when it is killed', async () => {
    let acknowledged = 0;
    for (let kill = 0; kill < 2; kill += 1) {
      acknowledged = Math.max(acknowledged, await recordUntilKilled(directory));
      await checkWhole();
      const store = await open({ segmentEvents: 200 });
      try {
        const { size } = await store.head('org');
        assert.ok(size >= acknowledged);
        assert.equal(await store.count('org', {}), size);
        const ids = Array.from({ length: size }, (_, n) => `e-${n}`);
        assert.equal((await store.findExisting('org', ids)).size, size);
        const places = (await Promise.all(ids.map((id) => store.get('org', id)))).map(
          (event) => event?.sequence,
        );
        assert.deepEqual(places, [...ids.keys()]);
        assert.equal((await store.treeNodes('org', 0, 0, size + 1)).length, size * 32);
      } finally {
        await store.close();
      }
    }
    assert.ok(acknowledged > 0);
  });
});

/** Everything about a log is as it was recorded, but for what was erased. */
async function checkLog(store: EventStore, log: TestLog, erased: readonly number[]): Promise<void> {
  const { organisation, events, head } = log;
  const expected = events.map((event) => {
    const { sequence, createdAt, recordedAt, body, salt } = event;
    if (erased.includes(sequence)) return { ...erasureOf(event), createdAt, recordedAt };
    return { sequence, createdAt, recordedAt, body, ...(salt !== undefined && { salt }) };
  });
  const scanned = [];
  for await (const batch of store.scan(organisation, { from: 0, to: head.size })) {
    scanned.push(...batch);
  }
  assert.deepEqual(scanned, expected);
  const query = { filter: {}, order: 'asc', limit: 10_000 } as const;
  const listed = await store.list(organisation, query);
  assert.deepEqual(
    listed,
    expected.toSorted((a, b) => a.createdAt - b.createdAt || a.sequence - b.sequence),
  );
  const ids = events.map(({ eventID }) => eventID);
  const existing = await store.findExisting(organisation, [...ids, 'e-none']);
  assert.deepEqual([...existing.values()], expected);
  const opened = { conditions: [{ facets: ['action'] as const, values: ['open'] }] };
  assert.equal(await store.count(organisation, opened), Math.ceil(head.size / 3));
  assert.equal((await store.distinct(organisation, 'traceId')).length, head.size);
  const third = events.filter(({ description }) => description?.includes('ault 3'));
  assert.equal(await store.count(organisation, { text: 'AULT 3' }), third.length);
  assert.deepEqual(
    Buffer.from(await store.treeNodes(organisation, 0, 0, head.size)),
    Buffer.concat(events.map(({ leafHash }) => leafHash)),
  );
  const tops = Array.from({ length: Math.floor(head.size / 256) }, (_, index) =>
    testNodeHash(organisation, 8, index),
  );
  const nodes = Buffer.from(await store.treeNodes(organisation, 8, 0, 100));
  assert.deepEqual(nodes, Buffer.concat(tops));
}

/** Gives how many events the process said were recorded. */
async function recordUntilKilled(directory: string): Promise<number> {
  const program = siblingModule(import.meta.url, './compaction.fixture').pathname;
  const child = spawn(process.execPath, [program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child.stdout, 'data');
  await setTimeout(100 + Math.random() * 200);
  child.kill('SIGKILL');
  await closed;
  return Number(output.split('\n').at(-2));
}
