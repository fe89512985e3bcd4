import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
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
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { siblingModule } from '../../runtime/thread.ts';
import type { EventStore } from '../event-store.ts';
import { erasureOf, TestLog } from '../test-log.fixture.ts';
import { checkDataDirectory } from './check.ts';
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

    const checks = await Array.fromAsync(checkDataDirectory(directory));
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
        const found = (await Array.fromAsync(checkDataDirectory(directory))).find(
          (check) => check.file === file,
        );
        assert.notEqual(found?.problem, undefined, `${file} byte ${at}`);
        bytes[at]! ^= 4;
      }
      writeFileSync(path, bytes);
    }
    const checks = await Array.fromAsync(checkDataDirectory(directory));
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

  /** A directory with sealed segments and a run of ids, whose store is closed. */
  const fill = async () => {
    const store = await open();
    const log = new TestLog('org');
    for (let n = 0; n < 4; n += 1)
      await log.record(
        store,
        Array.from({ length: 50 }, () => ({})),
      );
    await sealed(4);
    await store.close();
    return log;
  };
  const path = (file: string) => join(directory, file);
  const problems = async () =>
    (await Array.fromAsync(checkDataDirectory(directory)))
      .filter(({ problem }) => problem !== undefined)
      .map(({ file, kind, problem }) => [file, kind, problem]);

  it('with files missing or replaced is refused, and all of them are named', async () => {
    await fill();
    rmSync(path('segments/000000.segment'));
    copyFileSync(path('segments/000002.segment'), path('segments/000001.segment'));
    copyFileSync(path('store.db'), path('segments/000003.db'));
    const expected = [
      ['segments/000000.segment', 'missing', 'is missing'],
      ['segments/000001.segment', 'replaced', 'is another file than the one that was written'],
      ['segments/000003.db', 'replaced', 'is another database than the one that was there'],
    ];
    assert.deepEqual(await problems(), expected);
    const sentences = expected.map(([file, , problem]) => `${file} ${problem}`).join('; ');
    await assert.rejects(open(), {
      code: 'corrupt',
      message: `Cannot open ${directory}: ${sentences}. Restore these files from a backup`,
    });
    rmSync(path('segments/000003.db'));
    await assert.rejects(open(), { message: /; segments\/000003\.db is missing\./ });
    assert.deepEqual((await problems()).at(-1), ['segments/000003.db', 'missing', 'is missing']);
  });

  it('with files of nobody is opened, which are named and left alone', async () => {
    const log = await fill();
    const strange = ['segments/000000.1.segment', 'segments/000002.segment.part', 'ids/notes'];
    for (const file of strange) writeFileSync(path(file), 'not ours');
    const unknown = strange.map((file) => [
      file,
      'unknown',
      'is unknown: it is not in the catalogue',
    ]);
    assert.deepEqual((await problems()).toSorted(), unknown.toSorted());
    const store = await openSegmentedStore({ directory, readers: 1, segmentEvents: 50 });
    opened.push(store);
    const found = store.findings.map(({ file, kind, problem }) => [file, kind, problem]);
    assert.deepEqual(found.toSorted(), unknown.toSorted());
    // The next version of this segment does not take the place of one of them.
    await store.erase('org', [{ ...log.events[3]!, body: log.events[3]!.body.replace('}', ' }') }]);
    assert.ok(files('segments').includes('000000.2.segment'));
    await store.close();
    for (const file of strange) assert.equal(readFileSync(path(file), 'utf8'), 'not ours');
  });

  it('whose run of ids is another one gets it created again', async () => {
    const log = await fill();
    const run = files('ids').at(-1)!;
    copyFileSync(path(`ids/${files('ids')[0]}`), path('other'));
    writeFileSync(path(`ids/${run}`), readFileSync(path('other')).subarray(1));
    const store = await openSegmentedStore({ directory, readers: 1, segmentEvents: 50 });
    opened.push(store);
    assert.ok(
      store.findings.some(({ file, problem }) => file.endsWith(run) && /again/.test(problem)),
    );
    assert.equal((await store.findExisting('org', ['e-7', 'e-60', 'e-120'])).size, 3);
    assert.equal((await store.get('org', 'e-7'))?.body, log.events[7]?.body);
  });

  it('that has lost its catalogue is refused, and not begun again', async () => {
    await fill();
    rmSync(path('store.db'));
    const refused = {
      code: 'corrupt',
      message: /store\.db is missing or empty, but there are \d files/,
    };
    await assert.rejects(open(), refused);
    // The attempt has left an empty one.
    await assert.rejects(open(), refused);
    rmSync(path('store.db'));
    assert.deepEqual(await problems(), [
      ['store.db', 'missing', 'is missing: it has the catalogue'],
    ]);
  });

  it('is checked while its store is open and seals', async () => {
    const store = await open();
    const log = new TestLog('org');
    let recording = true;
    const record = async () => {
      for (let n = 0; n < 20; n += 1)
        await log.record(
          store,
          Array.from({ length: 20 }, () => ({ user: { email: 'noor@example.com' } })),
        );
      await store.erase('org', [erasureOf(log.events[7]!), erasureOf(log.events[150]!)]);
      recording = false;
    };
    const check = async () => {
      while (recording) assert.deepEqual(await problems(), []);
    };
    await Promise.all([record(), check()]);
    assert.deepEqual(await problems(), []);
  });
});
