/** One random history of a vendor, compared with one random export of it. */
import assert from 'node:assert/strict';
import { MemoryDisk } from '../../src/export/memory-disk.fixture.ts';
import type { FileFacts } from '../../src/export/stages.ts';
import { eventFields } from '../vendors/events.fixture.ts';
import { type FaultPlan, firstOf, noFaults } from '../vendors/faults.fixture.ts';
import { misbehaving } from '../vendors/misbehaving.fixture.ts';
import {
  nothingWrong,
  startVendor,
  type Vendor,
  type VendorKind,
} from '../vendors/vendor.fixture.ts';
import { readFiles, runExport, usualDirectory } from './run-export.fixture.ts';
import { at, breakOff, randomScenario, type Scenario } from './scenario.fixture.ts';

/** Equal arguments give equal histories. */
export async function assertComplete(kind: VendorKind, seed: number): Promise<void> {
  const scenario = randomScenario(kind, seed);
  const { bounds, where } = scenario;
  const options = misbehaving(kind, seed);
  const disk = new MemoryDisk();
  let breaking: FaultPlan = noFaults;
  await using vendor = await startVendor(kind, {
    ...options,
    faults: firstOf((request) => breaking(request), options.faults ?? noFaults),
  });
  const files = await exportAll(vendor, disk, scenario, (plan) => {
    breaking = plan;
  });
  const exported = await readFiles(disk, files);
  assert.deepEqual(vendor.judge(exported, { ...bounds, where }), nothingWrong);
  const times = exported.map((event) => at(String(event[eventFields[kind].time])));
  assert.deepEqual(
    times,
    times.toSorted((one, other) => one - other),
  );
  assert.equal(
    files.reduce((sum, file) => sum + file.entries, 0),
    exported.length,
  );
}

/** Runs the export until it is complete. */
async function exportAll(
  vendor: Vendor<VendorKind>,
  disk: MemoryDisk,
  { breaks, options }: Scenario,
  breakWith: (plan: FaultPlan) => void,
): Promise<readonly FileFacts[]> {
  let typed = { ...options, disk, resume: true };
  for (const each of breaks) {
    const giving = new AbortController();
    breakWith(breakOff(each, vendor.requests.length, () => giving.abort()));
    try {
      return await runExport(vendor, { ...typed, signal: giving.signal, retries: 3 });
    } catch (error) {
      await assertIncomplete(disk, error);
    }
    const { forgetBefore } = each.meanwhile;
    if (forgetBefore !== undefined) vendor.forget(forgetBefore);
    typed = { ...typed, ...each.options };
  }
  breakWith(noFaults);
  return runExport(vendor, typed);
}

async function assertIncomplete(disk: MemoryDisk, error: unknown): Promise<void> {
  const name = (await disk.names(usualDirectory)).find((each) => each.endsWith('.manifest.json'));
  assert.ok(name !== undefined, String(error));
  const { complete } = JSON.parse((await disk.readText(`${usualDirectory}/${name}`)) ?? '');
  assert.equal(complete, false);
}
