import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { getOrRead, SealedCache } from './sealed-cache.ts';
import type { SegmentFile } from './segment-file.ts';

const megabyte = 1024 * 1024;

describe('what a thread keeps of sealed segments', () => {
  it('is bounded in bytes; what was used longest ago goes first', () => {
    const { codes } = new SealedCache();
    const read: string[] = [];
    const use = (key: string) =>
      getOrRead(codes, key, () => {
        read.push(key);
        return new Uint8Array(2.5 * megabyte);
      });
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) use(key);
    assert.deepEqual(read, ['a', 'b', 'c', 'b']);
  });

  it('may be a single thing that is larger than all of it, until the next one', () => {
    const { bodies } = new SealedCache();
    let reads = 0;
    const use = (key: string, bytes: number) =>
      getOrRead(bodies, key, () => {
        reads += 1;
        return { size: bytes } as never;
      });
    use('small', 1);
    use('huge', 7 * megabyte);
    use('huge', 7 * megabyte);
    assert.equal(reads, 2);
    use('small', 1);
    use('huge', 7 * megabyte);
    assert.equal(reads, 4);
  });

  it('may be something without a byte', () => {
    const { codes } = new SealedCache();
    const first = getOrRead(codes, 'empty', () => new Uint8Array());
    assert.equal(
      getOrRead(codes, 'empty', () => new Uint8Array()),
      first,
    );
  });

  it('closes a file that makes room, is not shown any more, or is left at the end', () => {
    const closed: number[] = [];
    const cache = new SealedCache();
    const open = (n: number) => ({ close: () => closed.push(n) }) as unknown as SegmentFile;
    for (let n = 0; n < 258; n += 1) getOrRead(cache.files, `${n}`, () => open(n));
    assert.deepEqual(closed, [0, 1]);
    cache.keepOnly(['7', '8', 'other']);
    assert.equal(closed.length, 256);
    assert.ok(!closed.includes(7) && !closed.includes(8));
    cache.close();
    assert.equal(closed.length, 258);
  });
});
