/** What each vendor may do to a client that reads its trail, one by one (the traps of `wire/*.md`). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnalsError } from '../../src/core/errors.ts';
import { parseInstant } from '../../src/core/micros.ts';
import { MemoryDisk } from '../../src/export/memory-disk.fixture.ts';
import { timeOf } from '../vendors/events.fixture.ts';
import {
  cutBody,
  emptyBody,
  errorStatus,
  expireTokens,
  type FaultPlan,
  faultFrom,
  faultsAt,
  html,
  noFaults,
  notice,
  onlyFor,
  reset,
  throttle,
} from '../vendors/faults.fixture.ts';
import { type History, type HistoryOptions, randomHistory } from '../vendors/history.fixture.ts';
import {
  nothingWrong,
  type Switches,
  startVendor,
  type Vendor,
  type VendorKind,
} from '../vendors/vendor.fixture.ts';
import { type RunOptions, readFiles, runExport, usualDirectory } from './run-export.fixture.ts';

const bounds = { from: '2026-06-01T00:00:00Z', to: '2026-07-01T00:00:00Z' };
const window = {
  from: parseInstant(bounds.from) as number,
  to: parseInstant(bounds.to) as number,
};

interface Trap<K extends VendorKind> {
  readonly name: string;
  readonly switches?: Partial<Switches[K]>;
  readonly history?: HistoryOptions;
  readonly faults?: FaultPlan;
  readonly options?: Partial<RunOptions>;
}

const anyVendor: readonly Trap<VendorKind>[] = [
  { name: 'events that arrive meanwhile', history: { arrivals: 60, late: 20, withinRequests: 4 } },
  { name: 'events that retention takes meanwhile', history: { forgotten: 0.3, withinRequests: 4 } },
  { name: 'an instant shared by more events than a page', history: { tieBlock: 250 } },
  { name: 'unknown fields and words', history: { strange: 1 } },
  {
    name: 'throttling that says when to come back',
    faults: faultsAt({
      2: throttle({ seconds: 0, as: 'seconds' }),
      4: throttle({ seconds: 0, as: 'date' }),
    }),
  },
  { name: 'throttling that says nothing', faults: faultsAt({ 1: throttle(), 2: throttle() }) },
  {
    name: 'throttling with an odd status',
    faults: faultsAt({ 1: throttle(undefined, 403), 3: throttle(undefined, 400) }),
  },
  {
    name: 'failures of the server',
    faults: faultsAt({ 1: errorStatus(500), 2: errorStatus(503), 4: errorStatus(504) }),
  },
  { name: 'connections that are reset', faults: faultsAt({ 1: reset(), 3: reset() }) },
  {
    name: 'responses cut in the middle',
    faults: faultsAt({ 1: cutBody(0.5, 'length'), 3: cutBody(0.9, 'chunked') }),
  },
  {
    name: 'responses cut without a sign',
    faults: faultsAt({ 2: cutBody(0.99, 'close'), 3: cutBody(0, 'close') }),
  },
  {
    name: 'HTML where JSON was promised',
    faults: faultsAt({ 1: html(200), 2: html(502), 4: html(200, 'application/json') }),
  },
  { name: 'an empty response', faults: faultsAt({ 2: emptyBody() }) },
  { name: 'a notice where a list was promised', faults: faultsAt({ 1: notice(), 3: notice() }) },
  { name: 'nothing at all', history: { count: 0 } },
];

const traps: { readonly [K in VendorKind]: readonly Trap<K>[] } = {
  thalassa: [
    ...(['newest', 'oldest', 'unsorted'] as const).map((order) => ({
      name: `a list that shifts, ${order}`,
      switches: { order },
      history: { arrivals: 30, late: 10, forgotten: 0.3, withinRequests: 5 },
    })),
    ...(['missing', 'zero', 'low', 'high'] as const).map((totals) => ({
      name: `totals that are ${totals}`,
      switches: { totals },
    })),
    {
      name: 'short pages in the middle',
      switches: { pages: 'short', totals: 'missing' },
    },
    { name: 'a bare array', switches: { envelope: 'array' } },
    { name: 'null for no items', switches: { noItems: 'null' }, history: { count: 0 } },
    { name: 'a smaller page than was requested', switches: { maxLimit: 20, totals: 'low' } },
    { name: 'entries without an id', history: { withoutId: 0.2 } },
    { name: 'times with offsets and any digits', history: { offsets: true, digits: [0, 3, 9] } },
    {
      name: 'tokens that expire on the way',
      faults: faultsAt({ 3: expireTokens(), 7: expireTokens() }),
    },
    { name: 'credentials looked for in the form', switches: { clientAuthentication: 'form' } },
  ],
  upcloud: [
    ...(['newest', 'oldest', 'unsorted'] as const).map((order) => ({
      name: `a list that shifts, ${order}`,
      switches: { order },
      history: { late: 10, forgotten: 0.3, withinRequests: 5 },
    })),
    ...(['missing', 'zero', 'low', 'high'] as const).map((total) => ({
      name: `a total that is ${total}`,
      switches: { total },
    })),
    ...(['items', 'pages'] as const).flatMap((offset) => [
      { name: `offsets that count ${offset}`, switches: { offset } },
      {
        name: `pages that are smaller than was requested, offsets that count ${offset}`,
        switches: { offset, mostAnswered: 20, total: 'missing' as const },
      },
      {
        name: `short pages in the middle, offsets that count ${offset}`,
        switches: { offset, pages: 'short' as const, total: 'zero' as const },
      },
    ]),
    {
      name: 'errors of the old kind',
      switches: { errors: 'legacy' },
      faults: faultsAt({ 1: errorStatus(503) }),
    },
  ],
  cockroachdb: [
    ...([0, 3, 9] as const).map((cursorDigits) => ({
      name: `cursors with ${cursorDigits} digits`,
      switches: { cursorDigits, maxLimit: 10 },
      history: { tieBlock: 30, from: '2026-06-10T00:00:00Z', to: '2026-06-10T00:00:02Z' },
    })),
    {
      name: 'an exclusive bound',
      switches: { bound: 'exclusive', cursor: 'last-returned', maxLimit: 10 },
      history: { edges: 0.5 },
    },
    {
      name: 'an inclusive bound that repeats',
      switches: { cursor: 'last-returned', maxLimit: 10 },
      history: { tieBlock: 30 },
    },
    {
      name: 'a start cut to microseconds, and a cursor a nanosecond behind the last instant',
      switches: { cursor: 'next-unseen', cursorDigits: 9, startDigits: 6, maxLimit: 10 },
      history: { count: 40, tieBlock: 40, digits: [6] },
    },
    {
      name: 'a start cut to microseconds, within an instant of more than a page',
      switches: { cursor: 'last-returned', cursorDigits: 0, startDigits: 6, maxLimit: 10 },
      history: { tieBlock: 30 },
    },
    {
      name: 'responses of a search without a result',
      switches: { scanHours: 6 },
      history: { count: 20 },
    },
    ...(['absent', 'null', 'empty', 'zero'] as const).map((noCursor) => ({
      name: `an end said by a cursor that is ${noCursor}`,
      switches: { ascending: 'ends' as const, noCursor },
    })),
    { name: 'payloads as text and as object', history: { payload: 'mixed' } },
  ],
};

async function assertWhole(vendor: Vendor, options: Partial<RunOptions> = {}): Promise<void> {
  const disk = new MemoryDisk();
  const files = await runExport(vendor, { window, disk, ...options });
  assert.deepEqual(vendor.judge(await readFiles(disk, files), bounds), nothingWrong);
}

for (const kind of ['thalassa', 'upcloud', 'cockroachdb'] as const) {
  describe(`an export from ${kind} survives`, () => {
    const all = [...anyVendor, ...traps[kind]] as readonly Trap<typeof kind>[];
    for (const { name, switches = {}, history = {}, faults = noFaults, options } of all) {
      it(name, async () => {
        const seeded = randomHistory(kind, name, { count: 450, ...history });
        await using vendor = await startVendor(kind, { history: seeded, switches, faults });
        await assertWhole(vendor, options);
      });
    }
  });

  describe(`an export from ${kind} that fails`, () => {
    const history = randomHistory(kind, 'failing', { count: 2_000 });

    it('says so, and continues without requesting again what is durable', async () => {
      let broken: FaultPlan = faultFrom(
        { thalassa: 12, upcloud: 6, cockroachdb: 4 }[kind],
        errorStatus(503),
      );
      await using vendor = await startVendor(kind, {
        history,
        faults: (request) => broken(request),
      });
      const disk = new MemoryDisk();
      const options = { window, disk, retries: 1, resume: true };
      await assert.rejects(
        runExport(vendor, options),
        (error) => error instanceof AnnalsError && error.code === 'unavailable',
      );
      const names = await disk.names(usualDirectory);
      const manifests = names.filter((name) => name.endsWith('.manifest.json'));
      assert.equal(manifests.length, 1);
      const manifest = await disk.readText(`${usualDirectory}/${manifests[0]}`);
      const { complete, continueWith } = JSON.parse(manifest ?? '') as Record<string, unknown>;
      assert.deepEqual({ complete, continueWith }, { complete: false, continueWith: 'again' });
      const before = vendor.requests.filter(({ status }) => status === 200).length;

      broken = noFaults;
      const files = await runExport(vendor, options);
      assert.deepEqual(vendor.judge(await readFiles(disk, files), bounds), nothingWrong);
      const received = vendor.requests
        .filter(({ status }) => status === 200)
        .reduce((sum, { entries }) => sum + entries, 0);
      assert.ok(before > 1, 'something was safe');
      assert.ok(received < history.events.length + 700, `${received} entries received`);
    });

    it('because permission is missing is not retried', async () => {
      await using vendor = await startVendor(kind, {
        faults: faultFrom(1, errorStatus(403, 'no')),
      });
      await assert.rejects(
        runExport(vendor, { window }),
        (error) => error instanceof AnnalsError && error.code === 'forbidden',
      );
      assert.equal(vendor.requests.length, 1);
    });
  });
}

describe('an export that is continued', () => {
  const history = randomHistory('upcloud', 'page size', { count: 1_500 });

  it('keeps the page size with which it was begun: its position is counted in pages of that size', async () => {
    let broken: FaultPlan = faultFrom(7, errorStatus(503));
    await using vendor = await startVendor('upcloud', {
      history,
      switches: { offset: 'pages', total: 'missing' },
      faults: (request) => broken(request),
    });
    const disk = new MemoryDisk();
    const options = { window, disk, retries: 1, resume: true };
    await assert.rejects(runExport(vendor, options));
    broken = noFaults;
    const files = await runExport(vendor, { ...options, pageSize: 20 });
    assert.deepEqual(vendor.judge(await readFiles(disk, files), bounds), nothingWrong);
  });
});

/** Responses of CockroachDB Cloud after which no client can continue. */
describe('an export from cockroachdb fails, and does not lose what follows', () => {
  const entry = (id: string, time: string) => ({ id, created_at: time });
  const responses: Readonly<Record<string, { entries: unknown[]; next_starting_from?: string }>> = {
    'a cursor that is no time': {
      entries: [entry('a', '2026-06-02T00:00:00Z')],
      next_starting_from: 'page 2',
    },
    'entries in descending order': {
      entries: [entry('a', '2026-06-03T00:00:00Z'), entry('b', '2026-06-02T00:00:00Z')],
      next_starting_from: '2026-06-03T00:00:00.000001Z',
    },
    'the same full page for every request': {
      entries: Array.from({ length: 10 }, (_, n) => entry(`e${n}`, '2026-06-02T00:00:00.000Z')),
      next_starting_from: '2026-06-02T00:00:00Z',
    },
  };
  for (const [name, response] of Object.entries(responses)) {
    it(name, async () => {
      const body = JSON.stringify(response);
      await using vendor = await startVendor('cockroachdb', {
        faults: () => ({ kind: 'instead', status: 200, contentType: 'application/json', body }),
      });
      await assert.rejects(
        runExport(vendor, { window }),
        (error) => error instanceof AnnalsError && error.message.startsWith('Cannot go on'),
      );
    });
  }
});

describe('what UpCloud’s offset counts', () => {
  const oldestFirst = randomHistory('upcloud', 'offset', { count: 60 }).events.toSorted(
    (one, other) => Number(timeOf('upcloud', one) - timeOf('upcloud', other)),
  );

  /** This many events come before all others, right after the n-th request. */
  function shifted(by: number, afterRequest: number): History {
    const arrive = oldestFirst.slice(0, by);
    return { events: oldestFirst.slice(by), changes: [{ afterRequest, arrive }] };
  }

  for (const offset of ['items', 'pages'] as const) {
    it(`is found out while the list shifts: ${offset}`, async () => {
      for (let by = 1; by <= 21; by += 1) {
        for (const afterRequest of [1, 2, 3]) {
          const history = shifted(by, afterRequest);
          const switches = { offset, order: 'oldest', total: 'low' } as const;
          await using vendor = await startVendor('upcloud', { history, switches });
          await assertWhole(vendor, { pageSize: 10 });
        }
      }
    });
  }

  it('need not be known when everything is removed meanwhile', async () => {
    const history = {
      events: oldestFirst,
      changes: [{ afterRequest: 2, forgetBefore: '2026-07-01T00:00:00Z' }],
    };
    await using vendor = await startVendor('upcloud', { history });
    await assertWhole(vendor, { pageSize: 10 });
  });

  it('is not guessed while the list shifts', async () => {
    const history = {
      events: oldestFirst.slice(40),
      changes: oldestFirst.slice(0, 40).map((event, n) => ({
        afterRequest: Math.floor(n / 5) + 1,
        arrive: [event],
      })),
    };
    await using vendor = await startVendor('upcloud', { history, switches: { order: 'oldest' } });
    await assertWhole(vendor, { pageSize: 10 });
    assert.ok(vendor.requests.length > 10, `${vendor.requests.length} requests`);
  });
});

describe('UpCloud’s own export', () => {
  const now = () => parseInstant('2026-07-01T00:00:00Z') as number;
  const halfAYear = { window: { from: now() - 180 * 86_400_000_000, to: now() }, clock: now };
  const history = randomHistory('upcloud', 'export', { count: 3_000 });
  const scope = { to: bounds.to };

  async function exportAll(faults: FaultPlan, switches: Partial<Switches['upcloud']> = {}) {
    const vendor = await startVendor('upcloud', { history, faults, switches });
    const disk = new MemoryDisk();
    const files = await runExport(vendor, { ...halfAYear, disk });
    assert.deepEqual(vendor.judge(await readFiles(disk, files), scope), nothingWrong);
    await vendor.close();
    return vendor.requests.length;
  }

  for (const jsonShape of ['array', 'object'] as const) {
    it(`is used when the window is nearly everything, as ${jsonShape}`, async () => {
      assert.equal(await exportAll(noFaults, { jsonShape }), 2);
    });
  }

  it('is begun again when it is cut', async () => {
    const faults = onlyFor(/export/, ({ attempt }) =>
      attempt < 3 ? cutBody(0.7, 'chunked') : undefined,
    );
    assert.equal(await exportAll(faults), 4);
  });

  it('is replaced by the list when it fails', async () => {
    assert.ok((await exportAll(onlyFor(/export/, () => errorStatus(500)))) > 30);
  });

  it('is replaced by the list when it lacks what the list shows', async () => {
    const newest = history.events.toSorted((one, other) =>
      Number(timeOf('upcloud', other) - timeOf('upcloud', one)),
    );
    const body = JSON.stringify(newest.slice(5));
    const stale = onlyFor(/export/, () => ({
      kind: 'instead',
      status: 200,
      contentType: 'application/json',
      body,
    }));
    assert.ok((await exportAll(stale, { total: 'low' })) > 30);
  });
});
