/**
 * Whatever a vendor does that it may do, an export has every event of its window, each once and unchanged, oldest first,
 * or says that it is incomplete. `ANNALS_TEST_RUNS` sets how many histories are tried for each vendor, and
 * `ANNALS_TEST_SEED` where they begin.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Micros, parseInstant } from '../../src/core/micros.ts';
import { MemoryDisk } from '../../src/export/memory-disk.fixture.ts';
import { isSystemEntry } from '../vendors/events/thalassa.ts';
import { eventFields, vendorKinds } from '../vendors/events.ts';
import { misbehaving, misbehavingWindow } from '../vendors/misbehaving.ts';
import { type Random, seeded } from '../vendors/random.ts';
import { nothingWrong, startVendor, type VendorEvent, type VendorKind } from '../vendors/vendor.ts';
import { type RunOptions, readFiles, runExport } from './run.ts';

const runs = Number(process.env.ANNALS_TEST_RUNS ?? 60);
const firstSeed = Number(process.env.ANNALS_TEST_SEED ?? 1);

const at = (text: string): Micros => {
  const micros = parseInstant(text, { truncate: true });
  assert.ok(typeof micros === 'number');
  return micros;
};

/** Bounds that are often days, and often the instant of an event or next to it. */
function randomBounds(random: Random): { from: string; to: string } {
  const edge = () =>
    `2026-0${random.pick(['5-29', '5-31', '6-01', '6-02', '6-03'])}T${random.pick(['00:00:00Z', '12:30:00.000001Z'])}`;
  const [from, to] = [edge(), edge()].sort();
  if (from === to || from === undefined || to === undefined || random.chance(0.4)) {
    return misbehavingWindow;
  }
  return { from, to };
}

function randomOptions(random: Random): Partial<RunOptions> {
  const split = random.pick([undefined, 'daily', 'weekly', 'monthly'] as const);
  const pageSize = random.pick([undefined, undefined, 1, 7, 50]);
  return { ...(split && { split }), ...(pageSize !== undefined && { pageSize }) };
}

describe('an export from a vendor that misbehaves', () => {
  for (const kind of vendorKinds) {
    it(`of ${kind} is complete, each event once, oldest first`, async () => {
      for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
        await assertComplete(kind, seed);
      }
    });
  }
});

async function assertComplete(kind: VendorKind, seed: number): Promise<void> {
  const random = seeded(`options ${kind} ${seed}`);
  const bounds = randomBounds(random);
  const window = { from: at(bounds.from), to: at(bounds.to) };
  const options = randomOptions(random);
  const disk = new MemoryDisk();
  await using vendor = await startVendor(kind, misbehaving(kind, seed));
  const files = await runExport(vendor, { window, disk, ...options });
  const exported = await readFiles(disk, files);
  const where = (event: VendorEvent) => kind !== 'thalassa' || !isSystemEntry(event);
  const which = `${kind}, seed ${seed}, ${vendor.requests.length} requests`;
  assert.deepEqual(vendor.judge(exported, { ...bounds, where }), nothingWrong, which);
  const times = exported.map((event) => at(String(event[eventFields[kind].time])));
  assert.deepEqual(
    times,
    times.toSorted((one, other) => one - other),
    which,
  );
  assert.equal(
    files.reduce((sum, file) => sum + file.entries, 0),
    exported.length,
  );
}
