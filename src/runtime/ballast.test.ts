import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { AnnalsError } from '../core/errors.ts';
import { Ballast } from './ballast.ts';

it('ballast is given up once for what finds the disk full, and is there again when there is room', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'annals-ballast-'));
  const path = join(directory, 'ballast');
  const ballast = new Ballast(path, { bytes: 10_000 });
  ballast.restore();
  assert.equal(statSync(path).size, 10_000);
  const full = () => {
    if (existsSync(path)) throw new AnnalsError('unavailable', 'Cannot append: the disk is full');
    return Promise.resolve('done');
  };
  await assert.rejects(
    ballast.use(async () => {
      throw new AnnalsError('unavailable', 'Cannot append: the server is stopping');
    }),
  );
  assert.ok(!ballast.isGivenUp && existsSync(path), 'for nothing else');
  assert.deepEqual(await Promise.all([ballast.use(full), ballast.use(full)]), ['done', 'done']);
  assert.ok(ballast.isGivenUp && !existsSync(path));
  ballast.restore();
  assert.ok(!ballast.isGivenUp && existsSync(path));
  rmSync(path);
  new Ballast(path, { bytes: 1_000, spareBytes: Number.MAX_SAFE_INTEGER }).restore();
  assert.ok(!existsSync(path), 'a disk that has little left keeps it');
  rmSync(directory, { recursive: true });
});
