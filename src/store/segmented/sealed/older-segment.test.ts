import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { crc32, zstdDecompressSync } from 'node:zlib';
import { type Facet, facetIndex } from '../../../core/facets.ts';
import { type Condition, matches } from '../../../core/filter.ts';
import { erasureOf, TestLog } from '../../test-log.fixture.ts';
import { checkDataDirectory } from '../check.ts';
import { openSegmentedStore } from '../store.ts';
import { footerBytes, readFooter, writeFooter } from './footer.ts';
import { compressFrame } from './zstd-frame.ts';

function read(path: string) {
  const bytes = readFileSync(path);
  const footer = readFooter(bytes.subarray(-footerBytes))!;
  const { indexStart, indexLength } = footer;
  const frame = bytes.subarray(indexStart, indexStart + indexLength);
  return { bytes, footer, index: JSON.parse(zstdDecompressSync(frame).toString()) };
}

/** Rewrites a segment as it would have been before these keys of its footer index existed. */
function removeKeys(path: string, keys: readonly string[]): void {
  const { bytes, footer, index } = read(path);
  const { indexStart } = footer;
  for (const key of keys) {
    assert.ok(key in index, key);
    delete index[key];
  }
  const content = Buffer.from(JSON.stringify(index));
  const frame = compressFrame(content);
  const changed = {
    ...footer,
    indexLength: frame.length,
    indexSize: content.length,
    indexCrc32: crc32(frame),
  };
  const end = writeFooter(changed);
  const older = Buffer.concat([bytes.subarray(0, indexStart), frame, end]);
  writeFileSync(path, older);
  const store = new DatabaseSync(join(path, '..', '..', 'store.db'));
  store
    .prepare('UPDATE catalogue SET bytes = ?, identity = ? WHERE file = ?')
    .run(older.length, end, `segments/${basename(path)}`);
  store.close();
}

it('a segment that was sealed before value counts and the index of texts existed is read, counted, checked and erased from', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'annals-older-'));
  const open = () => openSegmentedStore({ directory, readers: 1, segmentEvents: 300 });
  const log = new TestLog('org');
  const first = await open();
  for (let round = 0; round < 4; round += 1) {
    await log.record(
      first,
      Array.from({ length: 300 }, (_, n) => ({
        action: n % 4 === 0 ? 'read' : 'list',
        description: `Opened the vault ${n}`,
      })),
    );
  }
  const sealed = () =>
    readdirSync(join(directory, 'segments')).filter((name) => name.endsWith('.segment'));
  while (sealed().length < 3) await setTimeout(5);
  await first.close();
  for (const name of sealed()) {
    removeKeys(join(directory, 'segments', name), ['tallies', 'textIndex']);
  }

  const store = await open();
  const isRead = { conditions: [{ facets: ['action'] as const, values: ['read'] }] };
  assert.equal(await store.count('org', isRead), 300);
  assert.deepEqual(await store.distinct('org', 'action'), [
    { value: 'list', count: 900 },
    { value: 'read', count: 300 },
  ]);
  assert.equal((await store.list('org', { filter: isRead, order: 'asc', limit: 500 })).length, 300);
  assert.equal(await store.count('org', { text: 'VAULT 29' }), 44);
  await store.erase('org', [erasureOf(log.events[0]!)]);
  assert.equal(await store.count('org', isRead), 300);
  const again = join(directory, 'segments', '000000.1.segment');
  assert.deepEqual(read(again).index.tallies.logs, [0]);
  assert.ok(read(again).index.textIndex);
  assert.equal(await store.count('org', { text: 'VAULT 29' }), 44);
  await store.close();
  for await (const { problem } of checkDataDirectory(directory)) assert.equal(problem, undefined);
  rmSync(directory, { recursive: true });
});

/** Events of which one in three has a credential; the description of others has the name of its member. */
function draftsWithCredentials(count: number) {
  return Array.from({ length: count }, (_, n) => ({
    action: 'read',
    description: '"credentials_id":"key-0"',
    details: { context: { country_code: 'FR' } },
    user: { email: 'noor@example.com' },
    context: {
      client_ip: '192.0.2.1',
      ...(n % 3 === 0 && { credentials_id: `key-${n % 700}` }),
      ...(n % 2 === 0 && n < 600 && { country_code: n % 4 === 0 ? 'NL' : 'nl' }),
    },
  }));
}

it('a segment that was sealed before later facets existed is found by them, and has them once it is written again', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'annals-facets-'));
  const open = (segmentEvents = 1_300) =>
    openSegmentedStore({ directory, readers: 1, segmentEvents });
  const logs = [new TestLog('one'), new TestLog('other')] as const;
  const first = await open();
  for (const log of [...logs, ...logs]) await log.record(first, draftsWithCredentials(1_200));
  const sealed = () =>
    readdirSync(join(directory, 'segments')).filter((name) => name.endsWith('.segment'));
  while (sealed().length < 3) await setTimeout(5);
  await first.close();
  for (const name of sealed()) {
    removeKeys(join(directory, 'segments', name), ['tallies', 'moreFacets']);
  }

  let store = await open();
  const of = (facet: Facet, values: string[], negated = false): Condition => ({
    ...{ facets: [facet], values, negated },
  });
  const isAsFromAnArray = async () => {
    for (const { organisation, events } of logs) {
      for (const conditions of [
        [of('credential', ['key-3'])],
        [of('credential', ['key-0', 'key-699', 'key-1'])],
        [of('credential', ['key-3', 'none'], true)],
        [of('country', ['NL'])],
        [of('country', ['FR'])],
        [of('country', ['nl'], true), of('credential', ['key-12'])],
        [{ facets: ['country', 'credential'] as const, values: ['NL', 'key-6'], orAbsent: true }],
      ]) {
        const matching = events.filter((event) => matches({ conditions }, event));
        const filter = { conditions };
        assert.equal(await store.count(organisation, filter), matching.length);
        const page = await store.list(organisation, { filter, order: 'asc', limit: 5_000 });
        assert.equal(page.length, matching.length);
        assert.deepEqual(
          new Set(page.map(({ sequence }) => sequence)),
          new Set(matching.map(({ sequence }) => sequence)),
        );
      }
      const counts = new Map<string, number>();
      for (const { facets } of events) {
        const value = facets[facetIndex('credential')];
        if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      const found = await store.distinct(organisation, 'credential');
      assert.deepEqual(new Map(found.map(({ value, count }) => [value, count])), counts);
    }
  };
  await isAsFromAnArray();
  await store.erase('one', [erasureOf(logs[0].events[3]!)]);
  const again = join(directory, 'segments', '000000.1.segment');
  assert.equal(read(again).index.moreFacets.length, 2);
  assert.equal(read(again).index.facets.length, 14);
  await isAsFromAnArray();
  await store.close();
  // Larger segments: the sealed ones are small now, and are compacted.
  store = await open(10_000);
  while (sealed().length > 1) await setTimeout(5);
  await isAsFromAnArray();
  await store.close();
  const [compacted = ''] = sealed();
  assert.equal(read(join(directory, 'segments', compacted)).index.moreFacets.length, 2);
  for await (const { problem } of checkDataDirectory(directory)) assert.equal(problem, undefined);
  rmSync(directory, { recursive: true });
});
