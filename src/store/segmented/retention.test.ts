import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open as openFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { siblingModule } from '../../runtime/thread.ts';
import type { EventStore, StoredEvent } from '../event-store.ts';
import { type TestDraft, TestLog, testEpoch } from '../test-log.fixture.ts';
import { checkDataDirectory } from './check.ts';
import { directoryContains } from './directory-contents.fixture.ts';
import { openSegmentedStore, type SegmentedStoreOptions } from './store.ts';

const salt = (n: number) => Buffer.from(`salt of ${String(n).padStart(8, '0')}`);
const draft = (n: number): TestDraft => ({
  description: `Opened the vault ${n}`,
  traceId: `<trace-${n}>`,
  salt: salt(n),
});
const drafts = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => draft(from + n));
/** What must be nowhere once event n is dropped. */
const traces = (n: number) => [`vault ${n}`, `<trace-${n}>`, `${salt(n)}`];
const recordedAt = (sequence: number) => testEpoch + sequence * 1_000;

describe('dropping in a data directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'annals-dropping-'));
  });
  afterEach(() => rm(directory, { recursive: true }));
  const open = (options: Partial<SegmentedStoreOptions> = {}) =>
    openSegmentedStore({ directory, readers: 1, segmentEvents: 100, ...options });
  /** Records in portions of half a segment. */
  const fill = async (store: EventStore, log: TestLog, events: number) => {
    const { size } = log.head;
    for (let first = size; first < size + events; first += 50) {
      await log.record(store, drafts(first, Math.min(first + 50, size + events)));
    }
  };
  const dropBefore = async (store: EventStore, instant: number) => {
    for (;;) {
      const expired = await store.expired(instant);
      if (expired.length === 0) return;
      await store.drop(expired);
    }
  };
  const files = async (folder: string) => (await readdir(join(directory, folder))).toSorted();
  const isSealed = async (segments: number) => {
    while (
      (await files('segments')).filter((file) => file.endsWith('.segment')).length < segments
    ) {
      await setTimeout(1);
    }
  };
  const checkWhole = async () => {
    for await (const { file, problem } of checkDataDirectory(directory)) {
      assert.equal(problem, undefined, file);
    }
  };

  it('goes by whole segments, oldest first, and leaves their hashes', async () => {
    const store = await open();
    const log = new TestLog('org');
    await fill(store, log, 450);
    await isSealed(4);
    await dropBefore(store, recordedAt(250));
    assert.equal((await store.dropped('org'))?.before, 200);
    await dropBefore(store, recordedAt(300));
    const names = ['000000.1.hashes', '000001.1.hashes', '000002.1.hashes', '000003.segment'];
    const sealed = (await files('segments')).filter((file) => /\.(segment|hashes)$/.test(file));
    assert.deepEqual(sealed, names);
    assert.deepEqual(await files('ids'), ['000000-000003.ids']);
    await checkWhole();
    const lengths = await Promise.all(
      names.map(async (name) => (await stat(join(directory, 'segments', name))).size),
    );
    const { unsealed, ...others } = await store.segmentCounts();
    assert.deepEqual(others, {
      sealed: { segments: 1, bytes: lengths.pop() },
      dropped: { segments: 3, bytes: lengths.reduce((sum, length) => sum + length, 0) },
    });
    assert.equal(unsealed.segments, 1);
    assert.ok(unsealed.bytes > 0);
    await store.close();
  });

  it('waits for the youngest event of any log in a segment', async () => {
    const store = await open();
    const [old, young] = [new TestLog('org-old'), new TestLog('org-young')];
    await fill(store, young, 300);
    await store.append([old.plan(drafts(0, 40)), young.plan(drafts(300, 360))]);
    await store.append([new TestLog('org-last').plan(drafts(0, 1))]);
    await isSealed(4);
    await dropBefore(store, recordedAt(359));
    assert.equal(await store.dropped('org-old'), undefined);
    assert.equal((await store.dropped('org-young'))?.before, 300);
    await dropBefore(store, recordedAt(360));
    assert.equal((await store.dropped('org-old'))?.before, 40);
    await store.close();
  });

  it('leaves no byte of an event in any file, and gives back its room', async () => {
    const store = await open();
    const log = new TestLog('org');
    const noise = Array.from({ length: 100 }, () => ({ description: crypto.randomUUID() }));
    for (let round = 0; round < 4; round += 1) {
      await log.record(store, [draft(round), ...noise.slice(1)]);
    }
    await isSealed(3);
    const first = join(directory, 'segments', '000000.segment');
    const before = (await stat(first)).size;
    for (const n of [0, 2, 3])
      assert.ok(await directoryContains(directory, traces(n)), `event ${n}`);
    await dropBefore(store, testEpoch * 2);
    for (const n of [0, 1, 2, 3])
      assert.equal(await directoryContains(directory, traces(n)), false);
    await assert.rejects(stat(first), { code: 'ENOENT' });
    const after = (await stat(join(directory, 'segments', '000000.1.hashes'))).size;
    assert.ok(after < 100 * 32 + 500 && after < before / 2, `${before} bytes became ${after}`);
    assert.deepEqual(await files('ids'), []);
    await store.close();
    for (const n of [0, 1, 2, 3])
      assert.equal(await directoryContains(directory, traces(n)), false);
  });

  it('ends a segment that has taken events for long enough', async () => {
    const store = await open({ segmentMicros: 30_000 });
    const log = new TestLog('org');
    for (let n = 0; n < 100; n += 1) await log.record(store, [draft(n)]);
    await isSealed(3);
    await dropBefore(store, recordedAt(40));
    assert.equal((await store.dropped('org'))?.before, 31);
    await store.close();
  });

  it('goes on under queries, and none is answered in part', async () => {
    const store = await open({ readers: 2 });
    const log = new TestLog('org');
    await fill(store, log, 450);
    await isSealed(4);
    let dropping = true;
    const ask = async () => {
      while (dropping) {
        await setImmediate();
        const events: StoredEvent[] = [];
        for await (const batch of store.scan('org', { from: 0, to: 450 })) events.push(...batch);
        const first = events[0]?.sequence ?? 450;
        assert.deepEqual(
          events.map(({ body }) => body),
          log.events.slice(first).map(({ body }) => body),
        );
        // What is missing from an answer was told of before it came.
        assert.ok(first <= ((await store.dropped('org'))?.before ?? 0));
        assert.equal((await store.treeNodes('org', 0, 0, 450)).length, 450 * 32);
      }
    };
    const work = async () => {
      for (let n = 50; n <= 400; n += 50) await dropBefore(store, recordedAt(n));
      dropping = false;
    };
    await Promise.all([work(), ask(), ask()]);
    assert.equal((await store.dropped('org'))?.before, 400);
    await store.close();
  });

  it('leaves a segment whose hashes are damaged, and says which', async () => {
    const filled = await open();
    const log = new TestLog('org');
    await fill(filled, log, 250);
    await isSealed(2);
    await filled.close();
    const path = join(directory, 'segments', '000001.segment');
    await flip(path, (await leafHashesIn(path, log)) + 7);
    const store = await open();
    const expired = await store.expired(recordedAt(200));
    await assert.rejects(store.drop(expired), { code: 'corrupt', message: /000001\.segment/ });
    assert.equal((await store.dropped('org'))?.before, 100);
    assert.equal(await store.count('org', {}), 150);
    await store.close();
  });

  it('leaves each segment there or dropped when it is killed', async () => {
    const log = new TestLog('org');
    const filled = await open();
    await fill(filled, log, 1_050);
    await isSealed(10);
    await filled.close();
    let acknowledged = 0;
    for (let kill = 0; kill < 2; kill += 1) {
      acknowledged = Math.max(acknowledged, await dropUntilKilled(directory));
      await checkWhole();
      const store = await open();
      try {
        const first = (await store.dropped('org'))?.before ?? 0;
        assert.ok(first >= acknowledged);
        // Segments have a hundred events, but for the last.
        assert.ok(first % 100 === 0 || first === log.head.size);
        await checkLog(store, log, first);
      } finally {
        await store.close();
      }
    }
    assert.ok(acknowledged > 0);
  });
});

/** Everything from an event on is there, nothing before it, and every hash. */
async function checkLog(store: EventStore, log: TestLog, first: number): Promise<void> {
  const { organisation, events, head } = log;
  const kept: string[] = [];
  for await (const batch of store.scan(organisation, { from: 0, to: head.size })) {
    kept.push(...batch.map(({ body }) => body));
  }
  assert.deepEqual(
    kept,
    events.slice(first).map(({ body }) => body),
  );
  const ids = events.map(({ eventID }) => eventID);
  const existing = await store.findExisting(organisation, ids);
  assert.deepEqual([...existing.keys()], ids.slice(first));
  assert.deepEqual(await store.head(organisation), head);
  assert.deepEqual(
    Buffer.from(await store.treeNodes(organisation, 0, 0, head.size)),
    Buffer.concat(events.map(({ leafHash }) => leafHash)),
  );
  assert.equal((await store.treeNodes(organisation, 8, 0, 100)).length, 4 * 32);
}

/** Lets a process drop for a moment; gives up to which event it said that all are gone. */
async function dropUntilKilled(directory: string): Promise<number> {
  const program = siblingModule(import.meta.url, './retention.fixture').pathname;
  const child = spawn(process.execPath, [program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let output = '';
  await new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (/[1-9]\d*\n/.test(output)) resolve();
    });
  });
  await setTimeout(Math.random() * 100);
  child.kill('SIGKILL');
  await closed;
  return Number(output.split('\n').at(-2));
}

/** Where in a segment of one log its leaf hashes begin. */
async function leafHashesIn(path: string, { events }: TestLog): Promise<number> {
  const file = await openFile(path);
  try {
    const at = (await file.readFile()).indexOf(events[100]!.leafHash);
    assert.ok(at > 0);
    return at;
  } finally {
    await file.close();
  }
}

async function flip(path: string, at: number): Promise<void> {
  const file = await openFile(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    await file.write(Buffer.of(byte[0]! ^ 1), 0, 1, at);
  } finally {
    await file.close();
  }
}
