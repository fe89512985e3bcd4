/**
 * Whatever a vendor does within its rules, however late its events come within the lookback, and wherever a run is stopped:
 * in the end each event was delivered once. `ANNALS_TEST_RUNS` sets how many histories are tried for each vendor and
 * target, and `ANNALS_TEST_SEED` the first one.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestApp } from '../../src/api/app.fixture.ts';
import { createFetchSend } from '../../src/client/fetch-send.ts';
import { day, formatInstant, hour, type Micros, minute } from '../../src/core/micros.ts';
import { cockroachdbDraft } from '../../src/dialects/cockroachdb/wire.ts';
import { thalassaDraft } from '../../src/dialects/thalassa/wire.ts';
import { upcloudDraft } from '../../src/dialects/upcloud/wire.ts';
import { MemoryDisk } from '../../src/export/memory-disk.fixture.ts';
import type { Entry } from '../../src/export/stages.ts';
import { directoryTarget } from '../../src/export/sync/directory-target.ts';
import { serverTarget } from '../../src/export/sync/server-target.ts';
import { Sync, type SyncSettings, type SyncTarget } from '../../src/export/sync/sync.ts';
import { createEvent, idOf, vendorKinds } from '../vendors/events.fixture.ts';
import { type FaultPlan, firstOf, noFaults } from '../vendors/faults.fixture.ts';
import { misbehaving } from '../vendors/misbehaving.fixture.ts';
import { type SeededRandom, seeded } from '../vendors/random.fixture.ts';
import {
  startVendor,
  type Vendor,
  type VendorEvent,
  type VendorKind,
} from '../vendors/vendor.fixture.ts';
import { dependenciesFor, sourceFor } from './run-export.fixture.ts';
import { at, breakOff } from './scenario.fixture.ts';

const runs = Number(process.env.ANNALS_TEST_RUNS ?? 12);
const firstSeed = Number(process.env.ANNALS_TEST_SEED ?? 1);

const start = at('2026-06-10T12:00:00Z');
const lookback = 15 * minute;
const latest = 20 * hour;

/** An event, and when the vendor shows it. */
interface Happening {
  readonly event: VendorEvent;
  readonly happened: Micros;
  readonly shown: Micros;
}

function randomHappenings(
  kind: VendorKind,
  random: SeededRandom,
  from: Micros,
  to: Micros,
): Happening[] {
  return Array.from({ length: random.pick([0, 3, random.int(1, 60)]) }, () => {
    const happened = random.int(from, to - 1);
    const delay = random.pick([0, 0, 0, random.int(0, lookback - 1), random.int(0, latest)]);
    const traits = { strange: random.chance(0.1), system: false, payload: 'text' } as const;
    const event = createEvent[kind](random, formatInstant(happened), traits);
    return { event, happened, shown: happened + delay };
  });
}

/** A target, and a way to read it back. */
interface Destination {
  open(disk: MemoryDisk, sizes: Parameters<SyncSettings['openTarget']>[0]): SyncTarget;
  ids(disk: MemoryDisk): Promise<string[]>;
}

function directory(kind: VendorKind): Destination {
  return {
    open: (disk, sizes) => directoryTarget(disk, '/trail', sizes, ({ text }) => text),
    async ids(disk) {
      const lines = [...disk.contents('/trail')].flatMap(([, text]) => text.split('\n'));
      return lines.filter((line) => line !== '').map((line) => idOf(kind, JSON.parse(line)));
    },
  };
}

const draftOf = {
  thalassa: thalassaDraft,
  upcloud: upcloudDraft,
  cockroachdb: cockroachdbDraft,
};

async function server(kind: VendorKind): Promise<Destination> {
  const app = new TestApp();
  const organisation = await app.organisation();
  const token = await app.key('org-admin', organisation);
  const parts = {
    ...dependenciesFor({}),
    send: createFetchSend(async (input, init) => app.serve(new Request(input, init), {})),
  };
  const endpoint = { api: 'http://annals.test', token, organisation: undefined };
  const draft = ({ text, id }: Entry) => draftOf[kind](JSON.parse(text), id);
  return {
    open: () => serverTarget(parts, endpoint, draft),
    async ids() {
      const { size } = await app.store.head(organisation.identity);
      const ids: string[] = [];
      const all = app.store.scan(organisation.identity, { from: 0, to: size });
      for await (const events of all)
        ids.push(...events.map(({ body }) => JSON.parse(body).eventID));
      return ids;
    },
  };
}

/** One history of some days: passes at random times, many of them stopped, and a last one that is not. */
class Days {
  readonly #kind: VendorKind;
  readonly #random: SeededRandom;
  readonly #vendor: Vendor;
  readonly #destination: Destination;
  readonly #breakWith: (plan: FaultPlan) => void;
  #disk = new MemoryDisk();
  #waiting: Happening[] = [];
  readonly #shown: Happening[] = [];
  #now = start;

  constructor(
    kind: VendorKind,
    random: SeededRandom,
    vendor: Vendor,
    destination: Destination,
    breakWith: (plan: FaultPlan) => void,
  ) {
    this.#kind = kind;
    this.#random = random;
    this.#vendor = vendor;
    this.#destination = destination;
    this.#breakWith = breakWith;
  }

  async live(): Promise<void> {
    for (let look = this.#random.int(2, 7); look > 0; look -= 1) {
      this.#pass(this.#random.pick([minute, 10 * minute, 3 * hour, 9 * hour]));
      if (await this.#tryLook()) await this.#assertBrought(lookback);
    }
    this.#pass(latest);
    this.#pass(day);
    this.#breakWith(noFaults);
    await this.#look(new AbortController().signal);
    await this.#assertBrought(Number.POSITIVE_INFINITY);
  }

  /** Moves the clock, and the vendor shows the events that are due. */
  #pass(span: Micros): void {
    const until = this.#now + span;
    this.#waiting.push(...randomHappenings(this.#kind, this.#random, this.#now, until));
    this.#now = until;
    const isDue = ({ shown }: Happening) => shown <= until;
    const due = this.#waiting.filter(isDue);
    this.#waiting = this.#waiting.filter((each) => !isDue(each));
    this.#vendor.arrive(due.map(({ event }) => event));
    this.#shown.push(...due);
  }

  /** A pass that the vendor, the disk or the user may stop. Resolves with true when it was not. */
  async #tryLook(): Promise<boolean> {
    const random = this.#random;
    const giving = new AbortController();
    const breaking = {
      after: random.int(0, 12),
      how: random.pick(['refused', 'aborted'] as const),
    };
    const sent = this.#vendor.requests.length;
    this.#breakWith(random.chance(0.4) ? breakOff(breaking, sent, () => giving.abort()) : noFaults);
    if (random.chance(0.5)) this.#disk.stopBefore = this.#disk.steps.length + random.int(1, 40);
    try {
      await this.#look(giving.signal, 3);
      this.#disk.stopBefore = Number.POSITIVE_INFINITY;
      return true;
    } catch {
      this.#disk = this.#disk.afterCrash(random.pick(['everything', 'only-synced']));
      return false;
    }
  }

  /** What one `annals sync` does. */
  async #look(signal: AbortSignal, retries?: number): Promise<void> {
    const disk = this.#disk;
    const sync = await Sync.open({
      disk,
      directory: '/state',
      openTarget: (sizes) => this.#destination.open(disk, sizes),
      openSource: (window) =>
        sourceFor(
          this.#vendor,
          dependenciesFor({ clock: () => this.#now, ...(retries && { retries }) }),
          {
            window,
            filters: {},
          },
        ),
      since: start - day,
      lookback,
      deepLookback: 3 * day,
      deepEvery: 6 * hour,
      onProgress: () => undefined,
    });
    for (;;) if (!(await sync.run(this.#now, signal)).resumed) break;
    await sync.close();
  }

  /** Everything that was shown at most this late is there, and nothing twice. */
  async #assertBrought(late: Micros): Promise<void> {
    const ids = (await this.#destination.ids(this.#disk)).sort();
    assert.deepEqual(ids, [...new Set(ids)].sort(), 'something twice');
    const owed = this.#shown
      .filter(({ happened, shown }) => shown - happened < late)
      .map(({ event }) => idOf(this.#kind, event));
    assert.deepEqual([...new Set(owed).difference(new Set(ids))], [], 'something not at all');
  }
}

async function assertEachOnce(kind: VendorKind, seed: number, destination: Destination) {
  const { switches, faults = noFaults } = misbehaving(kind, seed);
  let breaking: FaultPlan = noFaults;
  await using vendor = await startVendor(kind, {
    ...(switches && { switches }),
    faults: firstOf((request) => breaking(request), faults),
  });
  const random = seeded(`days ${kind} ${seed}`);
  const breakWith = (plan: FaultPlan) => {
    breaking = plan;
  };
  await new Days(kind, random, vendor, destination, breakWith).live();
}

const destinations = {
  'a directory': { open: async (kind: VendorKind) => directory(kind), share: 1 },
  'an Annals server': { open: server, share: 4 },
};

for (const [name, { open, share }] of Object.entries(destinations)) {
  describe(`synchronising for days into ${name}`, () => {
    for (const kind of vendorKinds) {
      it(`delivers each event of ${kind} once`, async () => {
        for (let seed = firstSeed; seed < firstSeed + Math.ceil(runs / share); seed += 1) {
          await assertEachOnce(kind, seed, await open(kind)).catch((cause) => {
            throw new Error(`seed ${seed} of ${kind}`, { cause });
          });
        }
      });
    }
  });
}
