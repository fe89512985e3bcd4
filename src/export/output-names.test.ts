import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FormatName, formatFromName, nameOutputs } from './output-names.ts';
import type { Compression } from './sinks/block-writer.ts';

function names(
  output: string | undefined,
  {
    split = false,
    format = 'json' as FormatName,
    compress,
  }: { split?: boolean; format?: FormatName; compress?: Compression } = {},
) {
  const window = { from: 0, to: 1 };
  const { directory, files, manifest } = nameOutputs({
    cwd: '/work',
    output,
    format,
    compress,
    periods: split ? [{ ...window, name: '2026-06-01' }] : [{ ...window, name: 'whole' }],
    windowName: 'whole',
    split,
  });
  return [directory, files[0]?.name, manifest];
}

describe('the files of an export', () => {
  it('have default names without --output', () => {
    assert.deepEqual(names(undefined), [
      '/work',
      'audit-logs-whole.json',
      'audit-logs-whole.manifest.json',
    ]);
    assert.deepEqual(names(undefined, { split: true, format: 'csv', compress: 'zstd' }), [
      '/work',
      'audit-logs-2026-06-01.csv.zst',
      'audit-logs-whole.manifest.json',
    ]);
  });

  it('are in the directory of --output', () => {
    assert.deepEqual(names('backup/')[0], '/work/backup');
    assert.deepEqual(names('/backup/')[0], '/backup');
  });

  it('keep the name of --output, with the period before the extension when there are several', () => {
    assert.deepEqual(names('a/all.json'), ['/work/a', 'all.json', 'all.manifest.json']);
    assert.deepEqual(names('a/all.json', { split: true })[1], 'all-2026-06-01.json');
    assert.deepEqual(names('all', { split: true })[1], 'all-2026-06-01');
    assert.deepEqual(names('v1.2.json', { split: true })[1], 'v1.2-2026-06-01.json');
  });

  it('say in their extension how they are compressed, once', () => {
    assert.equal(names('all.json', { compress: 'gzip' })[1], 'all.json.gz');
    assert.equal(names('all.json.gz', { compress: 'gzip' })[1], 'all.json.gz');
    assert.equal(
      names('all.json.gz', { compress: 'gzip', split: true })[1],
      'all-2026-06-01.json.gz',
    );
  });

  it('have the format of their extension', () => {
    assert.deepEqual(formatFromName('a.csv'), { format: 'csv' });
    assert.deepEqual(formatFromName('a.jsonl.zst'), { format: 'ndjson', compress: 'zstd' });
    assert.deepEqual(formatFromName('a.txt'), {});
    assert.deepEqual(formatFromName('dir/'), {});
  });
});
