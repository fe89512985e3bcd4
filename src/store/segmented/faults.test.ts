import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { siblingModule } from '../../runtime/thread.ts';
import type { EventStore } from '../event-store.ts';
import { TestLog } from '../test-log.fixture.ts';
import { checkSegments } from './check.ts';
import { openSegmentedStore } from './store.ts';

describe('a data directory', () => {
  let directory: string;
  const opened: EventStore[] = [];
  const open = async (segmentEvents = 50) => {
    const store = await openSegmentedStore({ directory, readers: 1, segmentEvents });
    opened.push(store);
    return store;
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'annals-faults-'));
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    rmSync(directory, { recursive: true });
  });
  const files = (folder: string) => readdirSync(join(directory, folder)).sort();
  const sealed = async (segments: number) => {
    const count = () => files('segments').filter((file) => !file.endsWith('.segment')).length;
    while (files('segments').length < segments || count() > 3) await setTimeout(1);
  };

  it('is refused to a second server, and free when the first one is gone', async () => {
    const first = await open();
    const refused = {
      code: 'unavailable',
      message: `Cannot open ${directory}: another server is using this data directory`,
    };
    await assert.rejects(open(), refused);
    const program = siblingModule(import.meta.url, './kill.fixture').pathname;
    const other = spawnSync(process.execPath, [program, directory], { encoding: 'utf8' });
    assert.notEqual(other.status, 0);
    assert.match(other.stderr, /another server is using this data directory/);
    await first.close();
    const again = await open();
    assert.equal((await again.head('org')).size, 0);
  });

  it('that cannot be made is named', async () => {
    writeFileSync(join(directory, 'file'), '');
    const options = { directory: join(directory, 'file', 'data') };
    await assert.rejects(openSegmentedStore(options), {
      code: 'unavailable',
      message: /^Cannot use .*data as data directory: .*not a directory/,
    });
  });

  it('with a flipped byte names the segment, and the rest is still served', async () => {
    const store = await open();
    const log = new TestLog('org');
    for (let n = 0; n < 4; n += 1) {
      await log.record(
        store,
        Array.from({ length: 50 }, () => ({ action: `a${n}` })),
      );
    }
    await sealed(4);
    await store.close();
    const path = join(directory, 'segments', '000001.segment');
    const bytes = readFileSync(path);
    // The bodies come first; this byte is inside of their first frame.
    bytes[200]! ^= 1;
    writeFileSync(path, bytes);

    const checks = await Array.fromAsync(checkSegments(directory));
    const damaged = checks.filter(({ problem }) => problem !== undefined);
    assert.deepEqual(
      damaged.map(({ file }) => file),
      ['segments/000001.segment'],
    );
    assert.match(
      damaged[0]?.problem ?? '',
      /Segment 000001.segment is damaged: bodies \(frame 0\)/,
    );

    const again = await open();
    const query = { filter: {}, order: 'asc', limit: 50 } as const;
    assert.equal((await again.list('org', query)).length, 50);
    assert.equal(await again.count('org', {}), 200);
    const after = { createdAt: log.events[99]!.createdAt, sequence: 99 };
    assert.equal((await again.list('org', { ...query, after })).length, 50);
    await assert.rejects(again.list('org', { ...query, skip: 20 }), {
      code: 'corrupt',
      message: /000001\.segment/,
    });
  });

  it('with any byte flipped is found out', async () => {
    const store = await open();
    const log = new TestLog('org');
    const salt = new Uint8Array(16).fill(3);
    const drafts = Array.from({ length: 40 }, (_, n) => ({
      action: `a${n}`,
      description: 'x',
      salt,
    }));
    await log.record(store, drafts);
    await log.record(
      store,
      drafts.map(({ action }) => ({ action })),
    );
    await sealed(2);
    await store.close();
    for (const file of ['segments/000000.segment', 'ids/000000-000000.ids']) {
      const path = join(directory, file);
      const bytes = readFileSync(path);
      for (let at = 0; at < bytes.length; at += 17) {
        bytes[at]! ^= 4;
        writeFileSync(path, bytes);
        const found = (await Array.fromAsync(checkSegments(directory))).find(
          (check) => check.file === file,
        );
        assert.notEqual(found?.problem, undefined, `${file} byte ${at}`);
        bytes[at]! ^= 4;
      }
      writeFileSync(path, bytes);
    }
    const checks = await Array.fromAsync(checkSegments(directory));
    assert.deepEqual(
      checks.map(({ problem }) => problem),
      checks.map(() => undefined),
    );
  });

  it('is made whole again when the lookup of ids is lost', async () => {
    const store = await open();
    const log = new TestLog('org');
    for (let n = 0; n < 4; n += 1)
      await log.record(
        store,
        Array.from({ length: 50 }, () => ({})),
      );
    await sealed(4);
    await store.close();
    rmSync(join(directory, 'ids'), { recursive: true });
    const again = await open();
    assert.equal((await again.get('org', 'e-7'))?.body, log.events[7]?.body);
    await assert.rejects(again.append([log.plan([{ eventID: 'e-60' }])]), { code: 'conflict' });
  });

  it('without its last segment is refused, because events may be missing', async () => {
    const store = await open();
    const log = new TestLog('org');
    for (let n = 0; n < 2; n += 1)
      await log.record(
        store,
        Array.from({ length: 50 }, () => ({})),
      );
    await sealed(2);
    await store.close();
    rmSync(join(directory, 'segments', '000001.db'));
    await assert.rejects(open(), {
      code: 'corrupt',
      message: /the segment that takes events is missing/,
    });
  });

  it('keeps nothing of what was being written when the process died', async () => {
    mkdirSync(join(directory, 'segments'));
    mkdirSync(join(directory, 'ids'));
    writeFileSync(join(directory, 'segments', '000000.segment.part'), 'half');
    writeFileSync(join(directory, 'ids', '000000-000000.ids.part'), 'half');
    const store = await open();
    await store.close();
    assert.deepEqual(files('ids'), []);
    assert.deepEqual(files('segments'), ['000000.db']);
  });
});
