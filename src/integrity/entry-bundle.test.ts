import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { entryBundle, readEntryBundle } from './entry-bundle.ts';

describe('a bundle of entries', () => {
  it('has each entry after its length, big-endian', () => {
    const long = Buffer.alloc(0x0102, 0xaa);
    assert.deepEqual(
      entryBundle([Buffer.from('abc'), new Uint8Array(), long]),
      Buffer.concat([Buffer.from('\0\x03abc\0\0\x01\x02', 'latin1'), long]),
    );
  });

  it('is read as the entries it was written from', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 600, size: 'max' })), (entries) => {
        const read = readEntryBundle(entryBundle(entries));
        assert.deepEqual(read.map(Buffer.from), entries.map(Buffer.from));
      }),
      { numRuns: 50 },
    );
  });

  it('has entries of up to 65,535 bytes', () => {
    assert.equal(entryBundle([Buffer.alloc(65_535)]).length, 65_537);
    assert.throws(() => entryBundle([Buffer.alloc(65_536)]), { code: 'too-large' });
  });

  it('that is cut off is rejected, and the error names the entry', () => {
    const bundle = entryBundle([Buffer.from('abc'), Buffer.from('de')]);
    for (const cut of [6, 7, 8]) {
      assert.throws(() => readEntryBundle(bundle.subarray(0, cut)), {
        code: 'corrupt',
        message: /inside entry 1/,
      });
    }
    assert.equal(readEntryBundle(bundle.subarray(0, 5)).length, 1);
  });
});
