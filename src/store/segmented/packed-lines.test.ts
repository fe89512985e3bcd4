import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';
import type { Filter } from '../../core/filter.ts';
import type { EventStore, Lines, Order, Packing } from '../event-store.ts';
import { TestLog } from '../test-log.fixture.ts';
import { openSegmentedStore } from './store.ts';

describe('packed lines of a sealed segment and one that takes events', () => {
  const directory = mkdtempSync(join(tmpdir(), 'annals-packed-'));
  const path = join(directory, 'segments', '000000.segment');
  const log = new TestLog('org');
  let store: EventStore;

  before(async () => {
    store = await openSegmentedStore({ directory, readers: 1, segmentEvents: 1_500 });
    // Another log stands before this one in the segment, so that blocks are cut where one ends.
    await new TestLog('other').record(
      store,
      Array.from({ length: 45 }, () => ({})),
    );
    for (let batch = 0; batch < 16; batch += 1) {
      await log.record(
        store,
        Array.from({ length: 100 }, (_, n) => ({ action: `a${(batch * 100 + n) % 701}` })),
      );
    }
    while (!readdirSync(join(directory, 'segments')).includes('000000.segment')) {
      await setTimeout(10);
    }
  });
  after(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  async function walk(packing: Packing, order: Order, filter: Filter) {
    const pieces: Uint8Array[] = [];
    for (let lines: Lines | undefined; lines?.more ?? true; ) {
      const query = { filter, order, limit: 5_000, ...(lines && { after: lines.last }) };
      lines = await store.listLines('org', query, packing);
      if (lines === undefined) break;
      pieces.push(lines.bytes);
    }
    return Buffer.concat(pieces);
  }

  const without = {
    conditions: [
      {
        facets: ['action'] as const,
        values: Array.from({ length: 701 }, (_, n) => `a${n}`).slice(1),
      },
    ],
  };

  for (const order of ['asc', 'desc'] as const) {
    for (const [name, filter] of Object.entries({ all: {}, 'nearly all': without })) {
      it(`are what plain ones are: ${name} of the log, ${order}`, async () => {
        const plain = await walk('plain', order, filter);
        const packed = await walk('zstd', order, filter);
        assert.ok(plain.toString() === zstdDecompressSync(packed).toString());
        assert.ok(packed.length * 2 < plain.length);
      });
    }
  }

  it('are frames as they stand in the file', async () => {
    const packed = await walk('zstd', 'asc', {});
    const file = readFileSync(path);
    const start = packed.length / 2;
    assert.ok(file.includes(packed.subarray(start, start + 2_000)));
  });

  it('are not handed out when a frame in the file is damaged', async () => {
    const bytes = readFileSync(path);
    bytes[8_000]! ^= 1;
    writeFileSync(path, bytes);
    await assert.rejects(walk('zstd', 'asc', {}), { code: 'corrupt', message: /000000\.segment/ });
  });
});
