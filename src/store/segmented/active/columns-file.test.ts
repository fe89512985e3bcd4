import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { EventStore } from '../../event-store.ts';
import { erasureOf, type TestDraft, TestLog } from '../../test-log.fixture.ts';
import { idHash } from '../ids/id-hash.ts';
import { openSegmentedStore } from '../store.ts';
import { loadColumns } from './active-segment.ts';
import { ActiveDictionary } from './active-slice.ts';
import { ColumnWriter } from './column-writer.ts';
import { type ActiveColumns, rowsWithHash, visibleRows } from './columns.ts';
import { ColumnsFile } from './columns-file.ts';
import { CommitLogReader } from './commit-log-reader.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 60);
const seed = { high: 5, low: 7 };

function drafts(round: number, count: number): TestDraft[] {
  return Array.from({ length: count }, (_, n) => ({
    action: n % 3 === 0 ? 'Get' : 'PUT',
    resourceIdentity: `r-${round}-${n % 50}`,
    description: `Wrote straße ${round} ${n}`,
    context: { status: 200 + (n % 2), client_ip: '192.0.2.1' },
  }));
}

/** Everything that queries can see. */
function visibleContent(columns: ActiveColumns, log: TestLog) {
  const rows = visibleRows(columns);
  const values = new ActiveDictionary(columns);
  const { logs, sequences, createdAt, recordedAt, codes, text, textEnds } = columns;
  return {
    numbers: [logs, sequences, createdAt, recordedAt, textEnds].map((column) => [
      ...column.subarray(0, rows),
    ]),
    facets: codes.map((column, facet) =>
      Array.from(column.subarray(0, rows), (code) => code && values.textsOf(facet)(code)),
    ),
    text: Buffer.from(text.subarray(0, textEnds[rows - 1])).toString(),
    bounds: [...columns.rowGroupEarliest, ...columns.rowGroupLatest, ...columns.idTimes],
    found: log.events.map(({ eventID }) => rowsWithHash(columns, idHash(seed, 0, eventID))),
    codes: values.codesOf(0, 'get').length + values.codesOf(2, 'r-0-7').length,
  };
}

describe('a columns file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'annals-columns-'));
  const segments = join(directory, 'data', 'segments');
  const options = { directory: join(directory, 'data'), readers: 1, segmentEvents: 20_000 };
  const log = new TestLog('org');
  const database = join(segments, '000000.db');
  const saved = join(segments, '000000.columns');
  let store: EventStore;
  let rows: CommitLogReader;

  before(async () => {
    store = await openSegmentedStore(options);
    for (let round = 0; round < 3; round += 1) await log.record(store, drafts(round, 4_000));
    await store.close();
    rows = CommitLogReader.open(database);
  });
  after(() => {
    rows.close();
    rmSync(directory, { recursive: true });
  });

  /** Loads the segment with a file of these bytes. */
  function load(bytes: Uint8Array) {
    const path = join(directory, 'some.columns');
    writeFileSync(path, bytes);
    const file = new ColumnsFile(path);
    const read: number[] = [];
    const watched = new Proxy(rows, {
      get: (target, name) => {
        if (name !== 'events') return Reflect.get(target, name).bind(target);
        return (from: number) => {
          read.push(from);
          return target.events(from);
        };
      },
    });
    const { columns } = loadColumns(watched, 100, seed, file);
    file.save(columns, (row) => rows.leafHash(row));
    file.close();
    return { columns, createdFrom: read[0], left: readFileSync(path) };
  }

  it('is read instead of the events after an orderly stop, and has the same columns', () => {
    const created = load(new Uint8Array());
    const read = load(created.left);
    assert.equal(created.createdFrom, 0);
    assert.equal(read.createdFrom, 12_000);
    assert.ok(
      isDeepStrictEqual(visibleContent(read.columns, log), visibleContent(created.columns, log)),
    );
    assert.equal(load(readFileSync(saved)).createdFrom, 12_000);
  });

  it('is not believed where it is cut off or changed: these columns are created from the events', () => {
    const { columns: created, left: whole } = load(new Uint8Array());
    const expected = visibleContent(created, log);
    const damage = fc.record({
      length: fc.oneof(fc.constant(whole.length), fc.nat({ max: whole.length })),
      offset: fc.nat({ max: whole.length - 1 }),
      bits: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(damage, ({ length, offset, bits }) => {
        const bytes = Uint8Array.from(whole.subarray(0, length));
        if (offset < length) bytes[offset]! ^= bits;
        const { columns, left } = load(bytes);
        assert.ok(isDeepStrictEqual(visibleContent(columns, log), expected));
        // They are saved again, so that the next start has them.
        assert.equal(load(left).createdFrom, 12_000);
      }),
      { numRuns: Math.ceil(numRuns / 6) },
    );
  });

  it('does not count beside another database', async () => {
    const other = { ...options, directory: join(directory, 'other') };
    const otherLog = new TestLog('another');
    let otherStore = await openSegmentedStore(other);
    await otherLog.record(otherStore, drafts(9, 12_000));
    await otherStore.close();
    copyFileSync(saved, join(other.directory, 'segments', '000000.columns'));
    otherStore = await openSegmentedStore(other);
    assert.equal(await otherStore.count('another', { text: 'STRASSE 9' }), 0);
    assert.equal(await otherStore.count('another', { text: 'straße 9' }), 12_000);
    await otherStore.close();
  });

  it('grows after the next start, which knows every event and value', async () => {
    store = await openSegmentedStore(options);
    await log.record(store, drafts(1, 100));
    await store.close();
    store = await openSegmentedStore(options);
    assert.equal(await store.count('org', { text: 'straße 1 ' }), 4_100);
    const facet = { facets: ['resourceIdentity' as const], values: ['r-1-7'] };
    assert.equal(await store.count('org', { conditions: [facet] }), 82);
    const last = log.events.at(-1)!;
    assert.equal((await store.findExisting('org', [last.eventID])).size, 1);
    assert.equal((await store.get('org', last.eventID))?.body, last.body);
    const again = log.plan([{ eventID: last.eventID }]);
    await assert.rejects(store.append([again]), { code: 'conflict' });
    await store.close();
  });

  it('is deleted with the database, so that nothing erased is left in it', async () => {
    store = await openSegmentedStore(options);
    await store.erase('org', log.events.map(erasureOf));
    assert.equal(await store.count('org', { text: 'straße' }), 12_100);
    await store.close();
    const contents = readdirSync(segments).map((file) => readFileSync(join(segments, file)));
    assert.ok(!readdirSync(segments).includes('000000.columns'));
    assert.ok(!contents.some((bytes) => bytes.includes('192.0.2.1')));
  });

  it('that cannot be written does not exist, and nothing fails', () => {
    const file = new ColumnsFile(join(directory, 'missing', 'some.columns'));
    const columns = loadColumns(rows, 100, seed, file);
    assert.ok(columns instanceof ColumnWriter);
    file.save(columns.columns, (row) => rows.leafHash(row));
    file.close();
  });
});
