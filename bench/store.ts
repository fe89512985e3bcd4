/**
 * The event store alone, without HTTP: `node bench/store.ts [events] [organisations] [directory] [events a segment]`. It
 * prints appends and queries beside what the machine can do at all: plain inserts into SQLite, and syncs of a file.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Position } from '../src/core/cursor.ts';
import type { Filter } from '../src/core/filter.ts';
import type { EventStore, StoredEvent } from '../src/store/event-store.ts';
import { openSegmentedStore } from '../src/store/segmented/store.ts';
import { TestLog, testEpoch } from '../src/store/test-log.fixture.ts';
import { apiEvent } from './api-events.ts';

const [events = 1_000_000, organisations = 50] = process.argv.slice(2, 4).map(Number);
const kept = process.argv[4];
const segmentEvents = Number(process.argv[5] ?? 65_536);
const directory = kept ?? mkdtempSync(join(tmpdir(), 'annals-bench-'));
const batch = 1_000;
const usualFacets = [
  'action',
  'outcome',
  'resourceType',
  'userIdentity',
  'serviceAccountIdentity',
  'clientIp',
  'responseStatus',
] as const;
const salt = new Uint8Array(16).fill(5);

function line(name: string, ...figures: (string | number)[]): void {
  console.log(name.padEnd(44), ...figures.map((figure) => String(figure).padStart(14)));
}

function rate(count: number, millis: number): string {
  return `${Math.round((count / millis) * 1_000).toLocaleString('en')}/s`;
}

function reference(): void {
  const path = join(directory, 'reference');
  const file = openSync(path, 'w');
  const page = Buffer.alloc(4_096, 1);
  let started = performance.now();
  for (let n = 0; n < 300; n += 1) {
    writeSync(file, page, 0, page.length, 0);
    fdatasyncSync(file);
  }
  line('reference: fdatasync of 4 KiB', rate(300, performance.now() - started));
  closeSync(file);
  rmSync(path);
  const db = new DatabaseSync(`${path}.db`);
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (body TEXT)');
  const insert = db.prepare('INSERT INTO t VALUES (?)');
  const bodies = new TestLog('x').plan(
    Array.from({ length: batch }, (_, n) => apiEvent(n, testEpoch)),
  ).events;
  line(
    'reference: bytes an event',
    Math.round(bodies.reduce((sum, { body }) => sum + body.length, 0) / batch),
  );
  started = performance.now();
  for (let n = 0; n < 50; n += 1) {
    db.exec('BEGIN');
    for (const { body } of bodies) insert.run(body);
    db.exec('COMMIT');
  }
  line('reference: plain inserts, 1,000 a commit', rate(50 * batch, performance.now() - started));
  db.close();
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}.db${suffix}`, { force: true });
}

async function fill(store: EventStore, logs: TestLog[]): Promise<void> {
  let appending = 0;
  let done = 0;
  let slice = 0;
  let sliceMillis = 0;
  while (done < events) {
    const plans = logs.map((log, place) =>
      log.plan(
        Array.from({ length: batch / organisations }, (_, n) => {
          const number = done + place * (batch / organisations) + n;
          return { ...apiEvent(number, testEpoch + number * 1_000), salt };
        }),
      ),
    );
    const started = performance.now();
    await store.append(plans);
    const took = performance.now() - started;
    appending += took;
    sliceMillis += took;
    slice += batch;
    for (const [place, log] of logs.entries()) {
      log.accept(plans[place]!);
      log.events.length = 0;
    }
    done += batch;
    if (slice >= events / 5 || done >= events) {
      line(`append, up to ${done.toLocaleString('en')}`, rate(slice, sliceMillis));
      slice = sliceMillis = 0;
    }
  }
  line('append, all', rate(done, appending));
}

async function time(name: string, times: number, run: (n: number) => Promise<unknown>) {
  const millis: number[] = [];
  let result: unknown;
  for (let n = 0; n < times; n += 1) {
    const started = performance.now();
    result = await run(n);
    millis.push(performance.now() - started);
  }
  millis.sort((a, b) => a - b);
  const at = (share: number) => `${millis[Math.floor(times * share)]!.toFixed(2)} ms`;
  const size = Array.isArray(result) ? result.length : String(result);
  line(name, at(0.5), at(0.95), `(${size})`);
}

async function ask(store: EventStore, logs: TestLog[]): Promise<void> {
  const of = (n: number) => logs[(n * 7) % logs.length]!.organisation;
  const page = { order: 'desc', limit: 25 } as const;
  const facet = (
    name: 'action' | 'userIdentity' | 'responseStatus' | 'traceId',
    value: string,
  ) => ({
    conditions: [{ facets: [name] as const, values: [value] }],
    withoutSystemServices: 'all' as const,
  });
  const status = facet('responseStatus', '500');
  const action = facet('action', 'kms.rotate');
  const list = (filter: Filter) => (n: number) => store.list(of(n), { ...page, filter });
  line('', 'p50', 'p95');
  await time('newest page', 200, list({}));
  await time('newest page, without services', 200, list({ withoutSystemServices: 'all' }));
  await time('page by action', 200, list(action));
  await time('page by status', 200, list(status));
  await time('page by an unknown value', 200, list(facet('traceId', 'none')));
  await time('page by rare text', 50, list({ text: 'zebraf' }));
  await time('page by common text', 50, list({ text: 'asked KMS' }));
  const far = new Map<string, StoredEvent>();
  for (const { organisation } of logs) {
    const [first] = await store.list(organisation, {
      filter: {},
      order: 'asc',
      limit: 1,
      skip: 40,
    });
    far.set(organisation, first!);
  }
  await time('far page by cursor', 200, (n) =>
    store.list(of(n), { ...page, filter: {}, after: far.get(of(n))! }),
  );
  await time('page 200 by number', 50, (n) =>
    store.list(of(n), { ...page, filter: {}, skip: 5_000 }),
  );
  await time('count by action', 200, (n) => store.count(of(n), action));
  await time('count by status and window', 100, (n) =>
    store.count(of(n), { ...status, from: testEpoch, to: testEpoch + events * 500 }),
  );
  await time('count by rare text', 50, (n) => store.count(of(n), { text: 'zebraf' }));
  await time('distinct actions', 50, (n) => store.distinct(of(n), 'action'));
  await time('distinct resources, first 100', 20, (n) =>
    store.distinct(of(n), 'resourceIdentity', {}, 100),
  );
  const end = testEpoch + events * 1_000;
  const buckets = { start: testEpoch, width: (end - testEpoch) / 60, buckets: 60 };
  const histogram = (filter: Filter) => (n: number) =>
    store.histogram(of(n), { ...buckets, start: testEpoch + n, filter });
  const facetCounts = (filter: Filter) => (n: number) =>
    store.facetCounts(of(n), { facets: usualFacets, limit: 10, maxDistinct: 100_000, filter });
  const half = { from: testEpoch + events * 250, to: testEpoch + events * 750 };
  for (const [name, filter] of [
    ['all', {}],
    ['by status', status],
    ['of half the time, by status', { ...status, ...half }],
    ['by common text', { text: 'asked KMS' }],
  ] as const) {
    await time(`histogram, ${name}`, 60, histogram(filter));
    await time(`facets, ${name}`, 60, facetCounts(filter));
  }
  await time('one by id', 200, (n) => store.get(of(n), far.get(of(n))!.body.slice(0, 36)));
  let started = performance.now();
  let scanned = 0;
  for await (const some of store.scan(of(1), { from: 0, to: Number.MAX_SAFE_INTEGER }))
    scanned += some.length;
  line('scan of one organisation', rate(scanned, performance.now() - started));
  started = performance.now();
  let [lines, bytes] = [0, 0];
  for (const { organisation } of logs) {
    for (let after: Position | undefined; ; ) {
      const query = { filter: {}, order: 'asc', limit: 4_000, ...(after && { after }) } as const;
      const some = await store.listLines(organisation, query);
      if (some === undefined) break;
      lines += some.events;
      bytes += some.bytes.length;
      after = some.last;
    }
  }
  const millis = performance.now() - started;
  line(
    'lines of all organisations',
    rate(lines, millis),
    `${Math.round(bytes / millis / 1e3)} MB/s`,
  );
}

let started = performance.now();
let store = await openSegmentedStore({ directory, segmentEvents });
line('open', `${(performance.now() - started).toFixed(0)} ms`);
const logs = await Promise.all(
  Array.from({ length: organisations }, async (_, n) => {
    const organisation = `org-${n}`;
    return new TestLog(organisation, await store.head(organisation));
  }),
);
reference();
if (logs[0]!.head.size === 0) await fill(store, logs);
await ask(store, logs);
started = performance.now();
await store.close();
line('close', `${(performance.now() - started).toFixed(0)} ms`);
started = performance.now();
store = await openSegmentedStore({ directory, segmentEvents });
line('open again', `${(performance.now() - started).toFixed(0)} ms`);
await store.close();
line('memory', `${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
if (kept === undefined) rmSync(directory, { recursive: true });
