/** A sync delivers each event once, whenever it arrives and wherever the work is stopped. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestApp } from '../../src/api/app.fixture.ts';
import { createFetchSend } from '../../src/client/fetch-send.ts';
import { day, hour, type Micros, minute, parseInstant, second } from '../../src/core/micros.ts';
import { thalassaDraft } from '../../src/dialects/thalassa/wire.ts';
import { MemoryDisk, Stopped } from '../../src/export/memory-disk.fixture.ts';
import type { Entry, UnorderedSource } from '../../src/export/stages.ts';
import { directoryTarget } from '../../src/export/sync/directory-target.ts';
import { serverTarget } from '../../src/export/sync/server-target.ts';
import { Sync, type SyncSettings } from '../../src/export/sync/sync.ts';
import { randomEvents } from '../vendors/random-events.fixture.ts';
import { startVendor, type Vendor } from '../vendors/vendor.fixture.ts';
import { dependenciesFor, sourceFor } from './run-export.fixture.ts';

const start = parseInstant('2026-06-10T12:00:00Z') as Micros;
const signal = new AbortController().signal;

/** A vendor to which events can be added: ids and times. */
class Trail {
  readonly entries: Entry[] = [];
  /** The windows that were requested. */
  readonly requested: { from: Micros; to: Micros }[] = [];

  add(id: string, at: Micros): void {
    this.entries.push({ id, at, text: JSON.stringify({ id, at }) });
  }

  source(window: { from: Micros; to: Micros }): UnorderedSource {
    this.requested.push(window);
    const { entries } = this;
    return {
      order: 'unknown',
      origin: { kind: 'test', endpoint: 'test' },
      filters: { bySource: {}, byClient: {} },
      async *read(position) {
        for (let at = Number(position ?? 0); at < entries.length; at += 5) {
          const batch = entries.slice(at, at + 7);
          yield { entries: batch, received: batch.length, position: String(at + 5) };
        }
      },
    };
  }
}

function settings(
  trail: Trail,
  disk: MemoryDisk,
  change: Partial<SyncSettings> = {},
): SyncSettings {
  return {
    disk,
    directory: '/trail/.state',
    openTarget: (sizes) => directoryTarget(disk, '/trail', sizes, ({ text }) => text),
    openSource: (window) => trail.source(window),
    since: start - 30 * day,
    lookback: 15 * minute,
    deepLookback: 7 * day,
    deepEvery: day,
    onProgress: () => undefined,
    ...change,
  };
}

async function look(
  trail: Trail,
  disk: MemoryDisk,
  now: Micros,
  change: Partial<SyncSettings> = {},
): Promise<number> {
  const sync = await Sync.open(settings(trail, disk, change));
  let delivered = 0;
  for (;;) {
    const outcome = await sync.run(now, signal);
    delivered += outcome.delivered;
    if (!outcome.resumed) break;
  }
  await sync.close();
  return delivered;
}

function delivered(disk: MemoryDisk): string[] {
  const lines = [...disk.contents('/trail')].flatMap(([, text]) => text.split('\n'));
  return lines.filter((line) => line !== '').map((line) => (JSON.parse(line) as Entry).id);
}

describe('synchronising into a directory', () => {
  it('delivers what is new, and nothing twice', async () => {
    const disk = new MemoryDisk();
    const trail = new Trail();
    trail.add('a', start - 2 * day);
    trail.add('b', start - minute);
    assert.equal(await look(trail, disk, start), 2);
    assert.equal(await look(trail, disk, start + minute), 0);
    trail.add('c', start + 90 * second);
    assert.equal(await look(trail, disk, start + 2 * minute), 1);
    assert.deepEqual(delivered(disk), ['a', 'b', 'c']);
    assert.deepEqual(
      [...disk.contents('/trail').keys()],
      ['/trail/audit-logs-2026-06-08.ndjson', '/trail/audit-logs-2026-06-10.ndjson'],
    );
  });

  it('finds what arrives late within the overlap at once, and what arrives later by the deep pass', async () => {
    const disk = new MemoryDisk();
    const trail = new Trail();
    await look(trail, disk, start);
    trail.add('late', start - 10 * minute);
    trail.add('very late', start - 3 * day);
    assert.equal(await look(trail, disk, start + minute), 1);
    assert.equal(await look(trail, disk, start + 23 * hour), 0);
    assert.equal(await look(trail, disk, start + 25 * hour), 1);
    assert.deepEqual(delivered(disk).sort(), ['late', 'very late']);
  });

  it('continues where it was, however long ago the last pass was', async () => {
    const disk = new MemoryDisk();
    const trail = new Trail();
    const since = (now: Micros) => ({ since: now - hour });
    trail.add('before', start - 2 * hour);
    await look(trail, disk, start, since(start));
    trail.add('late', start - 30 * minute);
    trail.add('meanwhile', start + 5 * day);
    const later = start + 30 * day;
    assert.equal(await look(trail, disk, later, since(later)), 2);
  });

  it('does not skip events when the clock was set back', async () => {
    const disk = new MemoryDisk();
    const trail = new Trail();
    await look(trail, disk, start + hour);
    trail.add('new', start - 10 * minute);
    assert.equal(await look(trail, disk, start), 1);
    await look(trail, disk, start + 30 * day);
    await assert.rejects(look(trail, disk, start + hour), /the clock says/);
  });

  it('requests only what may be new', async () => {
    const disk = new MemoryDisk();
    const trail = new Trail();
    await look(trail, disk, start);
    await look(trail, disk, start + hour);
    assert.deepEqual(trail.requested, [
      { from: start - 30 * day, to: start + 1, deep: true },
      { from: start + 1 - 15 * minute, to: start + hour + 1, deep: false },
    ]);
  });

  it('forgets ids only of days that no pass will read again', async () => {
    const disk = new MemoryDisk();
    const trail = new Trail();
    trail.add('old', start - 20 * day);
    trail.add('new', start);
    await look(trail, disk, start);
    assert.deepEqual(
      (await disk.names('/trail/.state')).filter((name) => name.endsWith('.ids')),
      ['2026-06-10.ids'],
    );
    await look(trail, disk, start + 2 * day);
    assert.deepEqual(delivered(disk).sort(), ['new', 'old']);
  });

  for (const remains of ['everything', 'only-synced'] as const) {
    it(`stopped before any step (${remains}), then delivers each event once`, async () => {
      const trail = new Trail();
      for (let index = 0; index < 40; index += 1) trail.add(`e${index}`, start - index * hour);
      const expected = trail.entries.map(({ id }) => id).sort();
      const calm = new MemoryDisk();
      await look(trail, calm, start);
      for (let step = 1; step <= calm.steps.length; step += 1) {
        const disk = new MemoryDisk();
        disk.stopBefore = step;
        await assert.rejects(look(trail, disk, start), Stopped);
        const next = disk.afterCrash(remains);
        await look(trail, next, start + minute);
        assert.deepEqual(delivered(next).sort(), expected, `stopped before ${calm.steps[step]}`);
      }
    });
  }
});

describe('synchronising into an Annals server', () => {
  const bounds = { from: '2026-06-01T00:00:00Z', to: '2026-06-10T12:00:00Z' };

  async function intoServer(vendor: Vendor, app: TestApp, token: string, now: Micros) {
    const disk = new MemoryDisk();
    const endpoint = { api: 'http://annals.test', token, organisation: undefined };
    const notes: string[] = [];
    const parts = {
      ...dependenciesFor({ note: (text) => notes.push(text) }),
      send: createFetchSend(async (input, init) => app.serve(new Request(input, init), {})),
    };
    const trail = new Trail();
    const draftOf = ({ text, id }: Entry) => thalassaDraft(JSON.parse(text), id);
    const sync = await Sync.open(
      settings(trail, disk, {
        openSource: (window) => sourceFor(vendor, dependenciesFor({}), { window, filters: {} }),
        openTarget: () => serverTarget(parts, endpoint, draftOf),
      }),
    );
    const { delivered: count } = await sync.run(now, signal);
    return { count, notes };
  }

  it('records each event once, also when everything is done again', async () => {
    const app = new TestApp();
    const organisation = await app.organisation();
    const token = await app.key('org-admin', organisation);
    const events = randomEvents('thalassa', 'sync', 1_500, bounds);
    await using vendor = await startVendor('thalassa', { history: { events, changes: [] } });
    assert.equal((await intoServer(vendor, app, token, start)).count, 1_500);
    assert.equal((await intoServer(vendor, app, token, start)).count, 1_500);
    const { size } = await app.store.head(organisation.identity);
    assert.equal(size, 1_500);
  });

  it('is not stopped by an event that the server cannot accept, or has with other content', async () => {
    const app = new TestApp();
    const organisation = await app.organisation();
    const token = await app.key('org-admin', organisation);
    const events = randomEvents('thalassa', 'odd', 50, bounds);
    const huge = { ...events[7], eventID: 'huge', context: { text: 'x'.repeat(70_000) } };
    await using vendor = await startVendor('thalassa', {
      history: { events: [...events, huge], changes: [] },
    });
    await intoServer(vendor, app, token, start);
    const changed = { ...events[3], action: 'changed' };
    const others = events.filter((_, index) => index !== 3);
    await using later = await startVendor('thalassa', {
      history: { events: [...others, changed, huge], changes: [] },
    });
    const { notes } = await intoServer(later, app, token, start);
    assert.ok(notes.some((note) => note.includes('recorded with other content already')));
    const { size } = await app.store.head(organisation.identity);
    assert.equal(size, 51);
    const kept = await app.store.get(organisation.identity, 'huge');
    assert.match(kept?.body ?? '', /"beginning":"\{/);
  });
});
