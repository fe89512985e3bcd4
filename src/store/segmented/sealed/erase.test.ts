import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { erasureOf, TestLog } from '../../test-log.fixture.ts';
import { openSegmentedStore } from '../store.ts';
import { eraseEvents } from './erase.ts';
import { SealedCache } from './sealed-cache.ts';
import { SealedSegment } from './sealed-segment.ts';
import { SegmentFile } from './segment-file.ts';

describe('erasing from a sealed segment', () => {
  let directory: string;
  let path: string;
  let whole: Buffer;
  const log = new TestLog('org');
  const erased = () => join(directory, 'erased.segment');

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'annals-erase-'));
    path = join(directory, 'segments', '000000.segment');
    const store = await openSegmentedStore({ directory, readers: 1, segmentEvents: 300 });
    const drafts = Array.from({ length: 300 }, (_, n) => ({
      description: `Opened the vault ${n}`,
      salt: Buffer.from(`salt of ${String(n).padStart(8, '0')}`),
    }));
    await log.record(store, drafts);
    await log.record(store, drafts.slice(0, 1));
    const isSealed = () => !readdirSync(join(directory, 'segments')).includes('000000.db');
    while (!isSealed()) await setTimeout(1);
    await store.close();
    whole = readFileSync(path);
  });
  after(() => rmSync(directory, { recursive: true }));

  const erase = () => {
    const cache = new SealedCache();
    const file = new SegmentFile(path);
    const { rows, earliest, latest } = file.footer;
    file.close();
    const info = { fileId: 1, file: path, number: 0, last: 0, revision: 0, dropped: false };
    const { size: bytes } = statSync(path);
    try {
      const segment = new SealedSegment({ ...info, bytes, rows, earliest, latest }, path, cache);
      return eraseEvents(segment, 0, [erasureOf(log.events[7]!)], erased());
    } finally {
      cache.close();
    }
  };

  it('writes nothing when nothing is left to be erased', () => {
    assert.equal(erase(), true);
    writeFileSync(path, readFileSync(erased()));
    rmSync(erased());
    assert.equal(erase(), false);
    assert.deepEqual(readdirSync(directory).includes('erased.segment'), false);
    writeFileSync(path, whole);
  });

  for (const section of ['salts', 'leafHashes', 'nodes'] as const) {
    it(`does not give a damaged section a new checksum: ${section}`, () => {
      const file = new SegmentFile(path);
      const { start } = file.footerIndex()[section];
      file.close();
      const damaged = Buffer.from(whole);
      damaged[start]! ^= 1;
      writeFileSync(path, damaged);
      assert.throws(erase, { code: 'corrupt', message: new RegExp(`checksum of ${section}`) });
      assert.deepEqual(
        readdirSync(directory).filter((name) => name.startsWith('erased')),
        [],
      );
      writeFileSync(path, whole);
    });
  }
});
