import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { day } from '../core/micros.ts';
import type { EventStore } from '../store/event-store.ts';
import { expiredInDirectory } from '../store/segmented/expired-in-directory.ts';
import { openSegmentedStore } from '../store/segmented/store.ts';
import { TestLog, testEpoch } from '../store/test-log.fixture.ts';
import { runCommand } from './run-command.fixture.ts';

describe('annals serve --dry-run', () => {
  let data = '';
  let store: EventStore;
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'annals-retention-'));
    store = await openSegmentedStore({ directory: data, readers: 1, segmentEvents: 50 });
    const log = new TestLog('org-1');
    for (let portion = 0; portion < 5; portion += 1) {
      await log.record(
        store,
        Array.from({ length: 25 }, () => ({ action: 'a' })),
      );
    }
    const sealed = () => expiredInDirectory(data, Number.POSITIVE_INFINITY).ranges[0]?.to;
    while (sealed() !== 100) await setTimeout(1);
  });
  after(async () => {
    await store.close();
    await rm(data, { recursive: true });
  });

  /** Event n was recorded n milliseconds after the epoch of the tests. */
  const dryRun = (milliseconds: number, ...flags: readonly string[]) =>
    runCommand(['serve', '--data', data, '--dry-run', ...flags], {
      clock: () => testEpoch + milliseconds * 1_000 + day,
    });

  it('says beside a running server what would be dropped, and drops nothing', async () => {
    const some = await dryRun(60, '--retention', '1d');
    assert.deepEqual([some.code, some.stderr], [0, '']);
    assert.match(
      some.stdout,
      /ORGANISATION {2}EVENTS {2}FROM {2}TO\norg-1 {9}50 {6}0 {5}49\n50 events would be dropped/,
    );
    assert.doesNotMatch(some.stdout, /not looked at/);
    const all = await dryRun(1_000, '--retention', '1d');
    assert.match(
      all.stdout,
      /\n100 events would be dropped: recorded before .*Z\.\nEvents that are in no sealed segment yet were not looked at\.\nNothing was dropped\.\n$/,
    );
    const none = await dryRun(10, '--retention', '1d');
    assert.match(none.stdout, /^0 events would be dropped/);
    assert.equal((await store.head('org-1')).size, 125);
    assert.equal((await store.dropped('org-1'))?.before ?? 0, 0);
  });

  it('needs a retention and a data directory', async () => {
    const without = await dryRun(0);
    assert.equal(without.code, 2);
    assert.match(without.stderr, /--dry-run needs --retention/);
    const elsewhere = await dryRun(0, '--retention', '1d', '--data', join(data, 'nowhere'));
    assert.equal(elsewhere.code, 2);
    assert.match(elsewhere.stderr, /nowhere is not the data directory of a server/);
  });
});
