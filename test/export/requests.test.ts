/** A month with a file for each day takes about as many requests as one walk has pages. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseInstant } from '../../src/core/micros.ts';
import { MemoryDisk } from '../../src/export/memory-disk.fixture.ts';
import { randomHistory } from '../vendors/history.fixture.ts';
import { startVendor, type VendorKind } from '../vendors/vendor.fixture.ts';
import { runExport } from './run-export.fixture.ts';

/** As many pages as 100,000 entries have with the usual page sizes, 100, 100 and 500; those take a while. */
const usual = process.env.ANNALS_REQUESTS_USUAL !== undefined;
const count = usual ? 100_000 : 20_000;
const pageSizes: Record<VendorKind, number> = usual
  ? { thalassa: 100, upcloud: 100, cockroachdb: 500 }
  : { thalassa: 20, upcloud: 20, cockroachdb: 100 };
const window = {
  from: parseInstant('2026-06-01T00:00:00Z') as number,
  to: parseInstant('2026-07-01T00:00:00Z') as number,
};

for (const [kind, pageSize] of Object.entries(pageSizes) as [VendorKind, number][]) {
  it(`30 days of ${kind}, daily, take at most 1.02 times the pages of one walk`, async () => {
    await using vendor = await startVendor(kind, { history: randomHistory(kind, 1, { count }) });
    const disk = new MemoryDisk();
    const files = await runExport(vendor, { window, split: 'daily', pageSize, disk });
    assert.equal(files.length, 30);
    assert.equal(
      files.reduce((sum, file) => sum + file.entries, 0),
      count,
    );
    const requests = vendor.requests.length;
    assert.ok(requests <= (count / pageSize) * 1.02, `${requests} requests`);
  });
}
