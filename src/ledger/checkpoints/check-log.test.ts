import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { personalPaths } from '../../integrity/personal.ts';
import type { EventStore, Head, ListQuery, StoredEvent } from '../../store/event-store.ts';
import { dropRecord } from '../drop-records.ts';
import type { IssuedCheckpoint } from './archive.ts';
import { checkLog } from './check-log.ts';
import { Checkpoints } from './checkpoints.ts';
import { openLog, organisation, serverKey, serverVerifier } from './log.fixture.ts';
import { MemoryArchive } from './memory-archive.ts';

/** A store seen through what somebody did to it. */
interface Tampering {
  readonly event?: (event: StoredEvent) => StoredEvent | undefined;
  readonly head?: (head: Head) => Head;
  readonly node?: (hash: Uint8Array, level: number, index: number) => Uint8Array;
}

function tampered(store: EventStore, { event, head, node }: Tampering): EventStore {
  return Object.assign(Object.create(store) as EventStore, {
    dropped: (of: string) => store.dropped(of),
    list: (of: string, query: ListQuery) => store.list(of, query),
    head: async (of: string) => (head ?? ((same) => same))(await store.head(of)),
    async *scan(of: string, range: { from: number; to: number }) {
      for await (const events of store.scan(of, range)) {
        yield events.map((one) => (event ? event(one) : one)).filter((one) => one !== undefined);
      }
    },
    async treeNodes(of: string, level: number, from: number, count: number) {
      const hashes = await store.treeNodes(of, level, from, count);
      const list = Array.from({ length: hashes.length / 32 }, (_, place) =>
        hashes.slice(place * 32, (place + 1) * 32),
      );
      const changed = list.map((hash, place) => (node ? node(hash, level, from + place) : hash));
      return new Uint8Array(Buffer.concat(changed));
    },
  });
}

const flipped = (bytes: Uint8Array) => bytes.map((byte, place) => (place === 3 ? byte ^ 1 : byte));

const checks = { paths: personalPaths(), keys: [serverVerifier] };
const check = async (store: EventStore, newest?: IssuedCheckpoint) =>
  checkLog(store, { organisation, name: 'acme', newest }, checks);

function sign(store: EventStore): Promise<IssuedCheckpoint> {
  const archive = new MemoryArchive();
  const options = { reader: store, archive, key: serverKey, witnesses: [] };
  return new Checkpoints(options).current(organisation);
}

async function trailOf(size: number) {
  const { store, record } = openLog();
  for (let done = 0; done < size; done += 100) await record(Math.min(100, size - done));
  return store;
}

const atEvent = (sequence: number, change: (event: StoredEvent) => StoredEvent | undefined) => ({
  event: (event: StoredEvent) => (event.sequence === sequence ? change(event) : event),
});

describe('the check of a log', () => {
  for (const size of [0, 1, 255, 256, 257, 512, 600]) {
    it(`accepts a log of ${size} events as it was recorded, and its checkpoints`, async () => {
      const store = await trailOf(size);
      await check(store);
      await check(store, await sign(store));
    });
  }

  const changes: readonly [string, Tampering, RegExp][] = [
    [
      'a letter in an event',
      atEvent(600, (event) => ({ ...event, body: event.body.replace('test', 'tent') })),
      /acme was changed: event 600 is not/,
    ],
    [
      'a letter in a personal part',
      atEvent(512, (event) => ({ ...event, body: event.body.replace('User', 'Uses') })),
      /acme was changed: event 512 is not/,
    ],
    [
      'a blank',
      atEvent(611, (event) => ({ ...event, body: event.body.replace('"action":', '"action": ') })),
      /event 611 is not/,
    ],
    ['an event without text', atEvent(520, (event) => ({ ...event, body: '' })), /event 520 is/],
    [
      'a salt',
      atEvent(513, (event) => ({ ...event, salt: flipped(event.salt!) })),
      /event 513 is not/,
    ],
    ['a missing salt', atEvent(514, ({ salt: _salt, ...event }) => event), /event 514 is not/],
    ['a missing event', atEvent(550, () => undefined), /event 550 is missing/],
    ['a missing last event', atEvent(611, () => undefined), /event 611 is missing/],
    [
      'an event in another’s place',
      atEvent(550, (event) => ({ ...event, sequence: 551 })),
      /event 550 is missing/,
    ],
    [
      'a leaf hash',
      { node: (hash, level, index) => (level === 0 && index === 560 ? flipped(hash) : hash) },
      /event 560 is not/,
    ],
    [
      'the top of a tile before',
      { node: (hash, level, index) => (level === 8 && index === 0 ? flipped(hash) : hash) },
      /tree over its 612 events does not lead to the stored root/,
    ],
    [
      'the root',
      { head: (head) => ({ ...head, root: flipped(head.root) }) },
      /tree over its 612 events does not lead to the stored root/,
    ],
    [
      'the frontier of the tree',
      { head: (head) => ({ ...head, frontier: flipped(head.frontier) }) },
      /stored frontier is not that of its tree of 612 events/,
    ],
    ['a tile cut short', { head: (head) => ({ ...head, size: 613 }) }, /of the nodes 512 to 613/],
  ];
  const log = trailOf(612);
  for (const [what, tampering, message] of changes) {
    it(`finds ${what}, and says where`, async () => {
      await check(await log);
      await assert.rejects(check(tampered(await log, tampering)), { code: 'corrupt', message });
    });
  }

  /** So many events, a record that the first ones are dropped, and so many more; which are dropped then. */
  const droppedTrail = async (first: number, more: number, recorded = first) => {
    const { store, record } = openLog();
    await record(first);
    const expired = { organisation, from: 0, to: recorded };
    await record(1, dropRecord(expired, 1_800_000_000_000_000));
    if (more > 0) await record(more);
    await store.drop([{ organisation, from: 0, to: first }]);
    return store;
  };
  for (const [first, more] of [
    [100, 0],
    [255, 0],
    [256, 0],
    [300, 100],
    [300, 400],
    [600, 0],
  ] as const) {
    it(`accepts a log that records that its first ${first} of ${first + more + 1} events were dropped`, async () => {
      const store = await droppedTrail(first, more);
      assert.equal((await store.dropped(organisation))?.before, first);
      await check(store);
      await check(store, await sign(store));
    });
  }

  it('finds that events are gone without a record of it in the log', async () => {
    await check(await droppedTrail(300, 5, 301));
    const message =
      'The log of acme was changed: its first 300 events are missing, and no record says that they were dropped';
    await assert.rejects(check(await droppedTrail(300, 5, 299)), { code: 'corrupt', message });
  });

  it('finds what was changed in what is left', async () => {
    const change = atEvent(310, (event) => ({ ...event, body: event.body.replace('te', 'to') }));
    await assert.rejects(check(tampered(await droppedTrail(300, 20), change)), {
      message: /event 310 is not/,
    });
    const leaf = (hash: Uint8Array, level: number, index: number) =>
      level === 0 && index === 290 ? flipped(hash) : hash;
    await assert.rejects(check(tampered(await droppedTrail(300, 20), { node: leaf })), {
      message: /does not lead to the stored root/,
    });
  });

  it('passes a log that grew since it was last signed', async () => {
    const { store, record } = openLog();
    await record(300);
    const newest = await sign(store);
    await record(400);
    await check(store, newest);
  });

  it('finds that a log was rolled back or rebuilt since it was last signed', async () => {
    const newest = await sign(await log);
    await check(await log, newest);
    await assert.rejects(check(await trailOf(611), newest), {
      message: /acme was rolled back: it has 611 events, but a checkpoint of 612 was issued/,
    });
    for (const other of [612, 900]) {
      await assert.rejects(check(await trailOf(other), newest), {
        code: 'corrupt',
        message: /acme was rebuilt: its first 612 events/,
      });
    }
  });

  it('does not trust a checkpoint that was not signed for this log', async () => {
    const newest = await sign(await log);
    const { message } = newest;
    for (const forged of [
      { ...newest, message: message.replace(/.{8}\n$/, 'AAAAAA==\n') },
      { ...newest, message: '' },
      { ...newest, size: 611 },
      { ...newest, root: flipped(newest.root) },
      { ...newest, message: message.replace(organisation, 'org-2') },
    ]) {
      await assert.rejects(check(await log, forged), {
        code: 'corrupt',
        message: /acme was changed: its checkpoint of 61[12] events is not signed by this server/,
      });
    }
    const log2 = {
      organisation: 'rg-1',
      name: 'other',
      newest: { ...newest, organisation: 'rg-1' },
    };
    await assert.rejects(checkLog(await log, log2, checks), {
      code: 'corrupt',
      message: /its checkpoint of 612 events is not signed by this server/,
    });
  });
});
