import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { compactRuns } from './compact-runs.ts';
import { type IdHash, idHash } from './id-hash.ts';
import { IdRun } from './id-run.ts';
import { IdRuns, type RunSpan, runsToCompact } from './id-runs.ts';
import { RowIds } from './row-ids.ts';
import { writeIdRun } from './write-id-run.ts';

const seed = { high: 1, low: 2 };
const hashOf = (id: string) => idHash(seed, 7, id);

function idsOf(hashes: readonly IdHash[]): RowIds {
  const ids = new RowIds(hashes.length);
  for (const [row, hash] of hashes.entries()) ids.add(hash, row);
  return ids;
}

describe('an id run', () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'annals-ids-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  const written = (
    segment: number,
    hashes: readonly IdHash[],
    times = { earliest: 0, latest: 0 },
  ) => {
    const path = join(directory, `${segment}-${hashes.length}.ids`);
    writeIdRun(path, segment, idsOf(hashes), times);
    return new IdRun(path);
  };
  const hashes = (count: number, prefix = 'id') =>
    Array.from({ length: count }, (_, n) => hashOf(`${prefix} ${n}`));

  for (const count of [0, 1, 255, 256, 257, 20_000]) {
    it(`of ${count} finds each of them and nothing else`, () => {
      const [here, run] = [hashes(count), written(3, hashes(count))];
      for (const [row, hash] of here.entries()) {
        assert.deepEqual(run.find(hash), [{ segment: 3, row }]);
      }
      for (const hash of hashes(500, 'other')) assert.deepEqual(run.find(hash), []);
      for (const half of [0, 0xffffffff]) assert.deepEqual(run.find({ high: half, low: half }), []);
      run.check();
      run.close();
    });
  }

  it('has a filter that passes every id in it, and few others', () => {
    const run = written(1, hashes(5_000, 'in'));
    const filter = run.filter();
    assert.ok(hashes(5_000, 'in').every((hash) => filter.mayHave(hash)));
    const passed = hashes(5_000, 'out').filter((hash) => filter.mayHave(hash)).length;
    assert.ok(passed < 1_000, `${passed} of 5,000 passed`);
    run.close();
  });

  it('is recognised as damaged when its sparse index, its filter or its end has changed', () => {
    const entries = 1_000;
    const changed = (offsetFromEnd: number) => {
      const run = written(9, hashes(entries));
      run.close();
      const path = join(directory, `9-${entries}.ids`);
      const bytes = readFileSync(path);
      bytes[bytes.length - offsetFromEnd]! ^= 1;
      writeFileSync(path, bytes);
      return path;
    };
    assert.throws(() => new IdRun(changed(48 + entries + 1)), /damaged: .* sparse index/);
    assert.throws(() => new IdRun(changed(20)), /damaged/);
    const filtered = new IdRun(changed(48 + 500));
    assert.throws(() => filtered.filter(), /damaged: .* filter/);
    assert.throws(() => filtered.check(), /damaged/);
    filtered.close();
  });

  it('finds all entries with the same hash, across reads and in an uneven run', () => {
    const same = { high: 0xf0000000, low: 5 };
    const run = written(1, [...Array.from({ length: 600 }, () => same), ...hashes(10)]);
    assert.equal(run.find(same).length, 600);
    assert.deepEqual(run.find({ high: same.high, low: 4 }), []);
    assert.deepEqual(run.find({ high: same.high, low: 6 }), []);
    assert.equal(run.find(hashOf('id 3')).length, 1);
    run.close();
  });

  it('compacted from two has the entries of both', () => {
    const [a, b] = [hashes(30_000, 'a'), hashes(50, 'b')];
    const runs = [
      written(1, a, { earliest: 5, latest: 9 }),
      written(2, b, { earliest: 1, latest: 6 }),
    ] as const;
    const path = join(directory, 'compacted.ids');
    compactRuns(...runs, path);
    const compacted = new IdRun(path);
    assert.equal(compacted.entries, 30_050);
    assert.deepEqual(compacted.times, { earliest: 1, latest: 9 });
    for (const [row, hash] of b.entries())
      assert.deepEqual(compacted.find(hash), [{ segment: 2, row }]);
    assert.deepEqual(compacted.find(a[29_999]!), [{ segment: 1, row: 29_999 }]);
    compacted.check();
    for (const run of [...runs, compacted]) run.close();
  });

  it('compacted from two has no entries of dropped segments', () => {
    const runs = [written(1, hashes(300, 'a')), written(2, hashes(20, 'b'))] as const;
    const path = join(directory, 'later.ids');
    compactRuns(...runs, path, 2);
    const compacted = new IdRun(path);
    assert.equal(compacted.entries, 20);
    assert.deepEqual(compacted.find(hashOf('a 7')), []);
    assert.deepEqual(compacted.find(hashOf('b 7')), [{ segment: 2, row: 7 }]);
    compacted.check();
    for (const run of [...runs, compacted]) run.close();
  });

  it('rules out ids by the time in them, and no others', () => {
    const id = (millis: number) => {
      const digits = millis.toString(16).padStart(12, '0');
      return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-000000000000`;
    };
    const run = written(1, hashes(2), { earliest: 1_000, latest: 2_000 });
    assert.deepEqual(
      [999, 1_000, 2_000, 2_001].map((millis) => run.mayHave(id(millis))),
      [false, true, true, false],
    );
    assert.equal(run.mayHave(id(3_000).toUpperCase().replace('0BB8', '0BBF')), true);
    assert.equal(run.mayHave('anything'), true);
    run.close();
  });
});

describe('id runs', () => {
  for (const filterBytes of [0, 150, 1_000]) {
    it(`find the ids of all of them with ${filterBytes} bytes of filters`, () => {
      const directory = mkdtempSync(join(tmpdir(), 'annals-ids-'));
      const pathOf = ({ first }: RunSpan) => join(directory, `${first}.ids`);
      const runs = new IdRuns(pathOf, filterBytes);
      const spans = Array.from({ length: 3 }, (_, n) => ({ first: n, last: n }));
      try {
        for (const { first } of spans) {
          const ids = idsOf(Array.from({ length: 100 }, (_, row) => hashOf(`${first} ${row}`)));
          writeIdRun(pathOf({ first, last: first }), first, ids, { earliest: 0, latest: 0 });
          runs.useRuns(spans.slice(0, first + 1));
        }
        for (const { first: segment } of spans) {
          for (let row = 0; row < 100; row += 1) {
            const found = runs.find('id', hashOf(`${segment} ${row}`));
            assert.deepEqual(found, [{ segment, row }]);
          }
        }
        assert.deepEqual(runs.find('id', hashOf('nobody')), []);
        runs.useRuns(spans.slice(1));
        assert.deepEqual(runs.find('id', hashOf('0 5')), []);
      } finally {
        runs.close();
        rmSync(directory, { recursive: true });
      }
    });
  }

  it('stay few: as many as there are ones in the binary number of segments', () => {
    const spans: RunSpan[] = [];
    for (let segment = 0; segment < 1_000; segment += 1) {
      spans.push({ first: segment, last: segment });
      for (let due = runsToCompact(spans); due !== undefined; due = runsToCompact(spans)) {
        const [before, last] = due;
        spans.splice(-2, 2, { first: before.first, last: last.last });
      }
      const ones = (segment + 1).toString(2).replaceAll('0', '').length;
      assert.equal(spans.length, ones);
    }
  });
});
