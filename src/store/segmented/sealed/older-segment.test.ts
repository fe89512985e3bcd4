import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { crc32, zstdDecompressSync } from 'node:zlib';
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
  const { tallies, textIndex, ...index } = JSON.parse(zstdDecompressSync(frame).toString());
  return { bytes, footer, tallies, textIndex, index };
}

/** Rewrites a segment as it would have been before value counts and the index of texts existed. */
function removeValueCountsAndTextIndex(path: string): void {
  const { bytes, footer, tallies, textIndex, index } = read(path);
  const { indexStart } = footer;
  assert.deepEqual(tallies.logs, [0]);
  assert.ok(textIndex);
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
  for (const name of sealed()) removeValueCountsAndTextIndex(join(directory, 'segments', name));

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
  assert.deepEqual(read(again).tallies.logs, [0]);
  assert.ok(read(again).textIndex);
  assert.equal(await store.count('org', { text: 'VAULT 29' }), 44);
  await store.close();
  for await (const { problem } of checkDataDirectory(directory)) assert.equal(problem, undefined);
  rmSync(directory, { recursive: true });
});
