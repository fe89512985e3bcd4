import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnalsError } from '../core/errors.ts';
import { diskError } from './backup-error.ts';
import { type BackupManifest, formatManifest, parseBackupManifest } from './backup-manifest.ts';

const name = '2026-06-01T00-00-00.000Z';
const file = {
  file: 'segments/000007.1.segment',
  stored: 'sealed/000007.1.segment-5c1f09aa8e1b2d40',
  bytes: 7,
  sha256: '0'.repeat(64),
};
const manifest: BackupManifest = {
  backupVersion: 1,
  annals: '0.2.0',
  beganAt: '2026-06-01T00:00:00.000000Z',
  takenAt: '2026-06-01T00:00:01.000000Z',
  installation: '0'.repeat(32),
  files: [file],
  logs: [{ organisation: 'org-a', size: 0, root: '' }],
};

const parse = (text: string) => parseBackupManifest(text, name);

describe('the manifest of a backup', () => {
  it('is read as it was written, and not when any byte of it is another one', () => {
    const text = formatManifest(manifest);
    assert.deepEqual(parse(text), manifest);
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === 'x' ? 'y' : 'x';
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      assert.throws(() => parse(changed), { code: 'corrupt' }, `byte ${at}`);
      assert.throws(() => parse(text.slice(0, at)), { code: 'corrupt' });
    }
  });

  it('names nothing outside of a data directory and of the directory of backups', () => {
    for (const path of [
      '../store.db',
      '/etc/passwd',
      'segments/../../a.db',
      'segments/a/b.db',
      '',
    ]) {
      for (const change of [{ file: path }, { stored: path }, { stored: `sealed/${path}/..` }]) {
        const text = formatManifest({ ...manifest, files: [{ ...file, ...change }] });
        assert.throws(() => parse(text), { code: 'corrupt' }, JSON.stringify(change));
      }
    }
  });

  it('of a newer version is said to be one', () => {
    const text = formatManifest({ ...manifest, backupVersion: 2 as 1 });
    assert.throws(() => parse(text), {
      code: 'unavailable',
      message: /has version 2, which a newer/,
    });
  });
});

describe('an error of the disk', () => {
  it('becomes a sentence that says what helps', () => {
    const cases = [
      [{ code: 'ENOSPC' }, /^Cannot x: the disk is full$/],
      [{ errcode: 13 }, /^Cannot x: the disk is full$/],
      [{ errcode: 5 }, /^Cannot x: a server keeps a database for itself.+or stop it$/],
      [{ code: 'EACCES' }, /^Cannot x: broken$/],
    ] as const;
    for (const [fields, message] of cases) {
      const error = diskError(Object.assign(new Error('broken'), fields), 'Cannot x');
      assert.ok(error instanceof AnnalsError);
      assert.match(error.message, message);
    }
    const own = new AnnalsError('conflict', 'said already');
    assert.equal(diskError(own, 'Cannot x'), own);
    const mistake = new TypeError('a mistake of ours');
    assert.equal(diskError(mistake, 'Cannot x'), mistake);
  });
});
