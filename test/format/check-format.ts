import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { facetsOf } from '../../src/core/facets.ts';
import { searchForm } from '../../src/core/filter.ts';
import { day, type Micros } from '../../src/core/micros.ts';
import type { EventStore, StoredEvent } from '../../src/store/event-store.ts';
import { checkDataDirectory } from '../../src/store/segmented/check.ts';
import { openSegmentedStore } from '../../src/store/segmented/store.ts';
import { erasureOf, type TestDraft, TestLog, testEpoch } from '../../src/store/test-log.fixture.ts';

const run = promisify(execFile);
const scripts = fileURLToPath(new URL('.', import.meta.url));
const requirement = 'zstandard==0.25.0';

/** A Python with the one package that the scripts need. It is kept for the next time. */
async function preparePython(): Promise<string> {
  const cache = fileURLToPath(new URL('../../node_modules/.cache/python', import.meta.url));
  const python = join(cache, 'bin', 'python');
  const version = 'import zstandard; print(f"zstandard=={zstandard.__version__}")';
  const found = await run(python, ['-c', version]).catch(() => undefined);
  if (found?.stdout.trim() !== requirement) {
    await run('python3', ['-m', 'venv', '--clear', cache]);
    await run(python, ['-m', 'pip', 'install', '--quiet', requirement]);
  }
  return python;
}

/** One event as the Python script prints it. */
interface PrintedEvent {
  readonly organisation: string;
  readonly sequence: number;
  readonly leafHash: string;
  /** The others are absent for an event that was dropped. */
  readonly body?: string;
  readonly createdAt: Micros;
  readonly recordedAt: Micros;
  readonly salt: string | null;
  /** Absent for an event in SQLite. */
  readonly facets?: readonly (string | null)[];
  readonly text?: string;
}

const organisations = ['org-small', 'org-Übergröße-株式会社', 'org-last'];

/** What a store says of one log. */
interface ExpectedLog {
  readonly events: readonly StoredEvent[];
  readonly droppedBefore: number;
  readonly leafHashes: readonly string[];
}

async function expectedLog(store: EventStore, organisation: string): Promise<ExpectedLog> {
  const { size } = await store.head(organisation);
  const events: StoredEvent[] = [];
  for await (const some of store.scan(organisation, { from: 0, to: size })) events.push(...some);
  const hashes = Buffer.from(await store.treeNodes(organisation, 0, 0, size));
  return {
    events,
    droppedBefore: (await store.dropped(organisation))?.before ?? 0,
    leafHashes: Array.from({ length: size }, (_, n) => hashes.toString('hex', n * 32, n * 32 + 32)),
  };
}

const actions = ['kms.decrypt', 'KMS.Decrypt', 'İstanbul.öffnen', '鍵を開ける', '🔑.open'];

/** Drafts of every shape: with and without each optional thing, far apart in time, short and as long as can be. */
function drafts(from: number, to: number): TestDraft[] {
  return Array.from({ length: to - from }, (_, index): TestDraft => {
    const n = from + index;
    const spread = n % 20_000 === 8 ? -110_000 * day : (n % 5) * 1_000_000 - n;
    return {
      action: actions[n % actions.length]!,
      sessionId: `session-${n}`,
      ...(n % 3 === 0 && { description: `Öffnete Tresor ${n} — “ÇA” 🗝\n\u2028 ${n % 7}` }),
      ...(n % 4 === 0 && { createdAt: testEpoch + spread }),
      ...(n % 6 === 0 && { salt: Buffer.from(`salt of ${String(n).padStart(8, '0')}`) }),
      ...(n % 2_500 === 9 && { details: { filler: 'ß'.repeat(30_000) } }),
      user: { name: `Noor ${n}` },
      context: {
        ...{ status: 200 + (n % 300), client_ip: `10.0.${n % 256}.1` },
        ...(n % 3 === 0 && { credentials_id: `key-${n % 40}` }),
        ...(n % 7 === 0 && { country_code: ['NL', 'DE', 'FI'][n % 3]! }),
      },
    };
  });
}

/** A data directory with every kind of file that can be read. */
async function fillDirectory(directory: string): Promise<Map<string, ExpectedLog>> {
  const [small, large, last] = organisations.map((name) => new TestLog(name)) as [
    TestLog,
    TestLog,
    TestLog,
  ];
  const record = async (store: EventStore, logs: readonly TestLog[], count: number) => {
    for (let done = 0; done < count; done += 5_000) {
      const portion = Math.min(5_000, count - done);
      const appends = logs.map((log) => log.plan(drafts(log.head.size, log.head.size + portion)));
      await store.append(appends);
      for (const [place, log] of logs.entries()) log.accept(appends[place]!);
    }
  };
  const withStore = async (segmentEvents: number, work: (store: EventStore) => Promise<void>) => {
    const store = await openSegmentedStore({ directory, readers: 1, segmentEvents });
    await work(store);
    await store.close();
  };
  // Segments of which only hashes are left.
  await withStore(100, async (store) => {
    for (let n = 0; n < 7; n += 1) await record(store, [small], 50);
    for (;;) {
      const expired = await store.expired(testEpoch + 250 * 1_000);
      if (expired.length === 0) break;
      await store.drop(expired);
    }
  });
  // Two with many row groups, one of them with more than 65,536 values of a facet; and erasures in them.
  await withStore(70_000, async (store) => {
    await record(store, [small], 10);
    await record(store, [large], 69_000);
    await record(store, [large, last], 2_500);
    const erasures = [0, 1, 5_000, 68_999].map((n) => erasureOf(large.events[n]!));
    await store.erase(large.organisation, erasures);
  });
  // Small ones, which become one; the last events are not sealed.
  await withStore(400, async (store) => {
    for (let n = 0; n < 12; n += 1) {
      await record(store, [small, last], 40);
      await store.erase(last.organisation, [erasureOf(last.events.at(-20)!)]);
    }
    await record(store, [large], 10);
  });
  const expected = new Map<string, ExpectedLog>();
  await withStore(400, async (store) => {
    for (const organisation of organisations) {
      expected.set(organisation, await expectedLog(store, organisation));
    }
    await sealedIsQuiet(directory);
  });
  return expected;
}

/** Waits until nothing is sealed or merged any more. */
async function sealedIsQuiet(directory: string): Promise<void> {
  for (let [before, same] = ['', 0]; same < 20; ) {
    const now = (await readdir(directory, { recursive: true })).toSorted().join();
    same = now === before ? same + 1 : 0;
    before = now;
    await setTimeout(50);
  }
}

describe('the format of a data directory, read by another program', () => {
  let python: string;
  let directory: string;
  let expected: Map<string, ExpectedLog>;
  let printed: Map<string, PrintedEvent[]>;

  before(async () => {
    python = await preparePython();
    directory = await mkdtemp(join(tmpdir(), 'annals-format-'));
    expected = await fillDirectory(directory);
    printed = Map.groupBy(await printedEvents(directory), ({ organisation }) => organisation);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const script = (name: string, data: string, input = '') => {
    const finished = run(python, [join(scripts, name), data], {
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      maxBuffer: 512 * 1024 * 1024,
    });
    finished.child.stdin?.end(input);
    return finished;
  };
  const printedEvents = async (data: string) => {
    const { stdout } = await script('read_segments.py', data);
    return stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as PrintedEvent);
  };
  const files = async (folder: string) => (await readdir(join(directory, folder))).toSorted();

  it('has every kind of file', async () => {
    const segments = await files('segments');
    for (const kind of [
      /^\d+\.1\.hashes$/,
      /^\d+\.segment$/,
      /^[\d-]+\.1\.segment$/,
      /^\d+-\d+\.segment$/,
      /^\d+\.db$/,
      /^\d+\.columns$/,
    ]) {
      assert.ok(
        segments.some((name) => kind.test(name)),
        `${kind} in ${segments}`,
      );
    }
    assert.ok((await files('ids')).length > 0);
    for await (const { file, problem } of checkDataDirectory(directory)) {
      assert.equal(problem, undefined, file);
    }
  });

  for (const organisation of organisations) {
    it(`gives every event of ${organisation} as the store does`, () => {
      const { events, droppedBefore, leafHashes } = expected.get(organisation)!;
      const found = printed.get(organisation)!;
      assert.deepEqual(
        found.map(({ sequence }) => sequence),
        leafHashes.map((_, sequence) => sequence),
      );
      assert.deepEqual(
        found.map(({ leafHash }) => leafHash),
        leafHashes,
      );
      assert.ok(found.slice(0, droppedBefore).every(({ body }) => body === undefined));
      const kept = found.slice(droppedBefore);
      assert.equal(kept.length, events.length);
      for (const [place, { salt, ...event }] of events.entries()) {
        const { body, sequence, createdAt, recordedAt, ...more } = kept[place]!;
        assert.deepEqual({ sequence, createdAt, recordedAt, body }, event);
        assert.equal(more.salt, salt === undefined ? null : Buffer.from(salt).toString('hex'));
      }
    });

    it(`gives what events of ${organisation} are found by`, () => {
      const sealed = printed.get(organisation)!.filter(({ facets }) => facets !== undefined);
      assert.ok(sealed.length > 100);
      for (const { body = '', facets, text } of sealed) {
        const event = JSON.parse(body);
        assert.deepEqual(
          facets,
          facetsOf(event).map((value) => value ?? null),
        );
        assert.equal(text, searchForm(event.description ?? ''));
      }
    });
  }

  it('finds sealed events by their ids, and no others', async () => {
    const asked = organisations.flatMap((organisation) => {
      const events = printed.get(organisation)!;
      const some = events.filter((_, n) => n < 500 || n % 997 === 0 || n > events.length - 300);
      return [
        ...some.map(({ sequence, facets }) => ({ organisation, sequence, isSealed: !!facets })),
        { organisation, sequence: events.length, isSealed: false },
      ];
    });
    const lines = asked.map(({ organisation, sequence }) => [organisation, `e-${sequence}`]);
    const input = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const { stdout } = await script('find_ids.py', directory, input);
    const found = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      found,
      asked.map(({ sequence, isSealed }) => (isSealed ? sequence : null)),
    );
  });

  it('has trigram filters, an index of texts, value counts, tree nodes and saved columns as FORMAT.md says', async () => {
    const { stdout } = await script('check_indexes.py', directory);
    const compared = JSON.parse(stdout) as Record<string, number>;
    for (const kind of ['trigram filters', 'triples', 'value counts', 'nodes', 'saved rows']) {
      assert.ok(compared[kind]! > 0, stdout);
    }
  });

  it('shows a byte that was changed', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'annals-format-damaged-'));
    try {
      await cp(directory, copy, { recursive: true });
      const name = (await files('segments')).find((file) => /\.segment$/.test(file))!;
      const file = await open(join(copy, 'segments', name), 'r+');
      await file.write(Buffer.of(0xff), 0, 1, 1_000);
      await file.close();
      await assert.rejects(script('read_segments.py', copy), /wrong checksum/);
    } finally {
      await rm(copy, { recursive: true });
    }
  });
});
