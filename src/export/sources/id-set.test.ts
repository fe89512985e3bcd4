import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hashId, IdSet, idHashBytes } from './id-set.ts';

describe('a set of ids', () => {
  it('says of each id whether it is new, however many there are', () => {
    const ids = Array.from({ length: 5_000 }, (_, at) => `id-${at}`);
    const set = new IdSet();
    for (const [at, id] of ids.entries()) {
      assert.equal(set.add(id), true, id);
      assert.equal(set.size, at + 1);
      assert.equal(set.add(ids[at >> 1]!), false);
    }
    for (const id of ids) assert.equal(set.add(id), false, id);
    assert.equal(set.size, ids.length);
  });

  it('remembers the last mark of each id', () => {
    const ids = fc.constantFrom(...Array.from({ length: 600 }, (_, at) => `${at}`));
    const step = fc.record({ id: ids, mark: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1_000, maxLength: 2_000 }), (steps) => {
        const set = new IdSet();
        const marks = new Map<string, number>();
        for (const { id, mark } of steps) {
          if (mark === 0) {
            assert.equal(set.add(id), !marks.has(id));
            if (!marks.has(id)) marks.set(id, 0);
          } else {
            assert.equal(set.mark(id, mark), marks.get(id) ?? 0);
            marks.set(id, mark);
          }
          assert.equal(set.size, marks.size);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('tells apart ids whose hashes differ in one half only, and those that share a slot', () => {
    const set = new IdSet();
    const hash = (low: number, high: number) => {
      const bytes = Buffer.alloc(idHashBytes);
      bytes.writeBigUInt64LE(BigInt(low), 0);
      bytes.writeBigUInt64LE(BigInt(high), 8);
      return bytes;
    };
    // Slots follow from the low half without its last bit; 1,023 is the last one of 512.
    const hashes = [hash(1, 0), hash(1, 1), hash(3, 0), hash(1_023, 0), hash(1_023, 7)];
    for (const one of hashes) assert.equal(set.addHash(one), true);
    for (const one of hashes) assert.equal(set.addHash(one), false);
    assert.equal(set.size, hashes.length);
  });

  it('goes by the beginning of SHA-256, in which a bit is set that no free slot has', () => {
    for (const id of ['', 'a', 'x'.repeat(10_000)]) {
      const expected = createHash('sha256').update(id).digest().subarray(0, 16);
      expected[0]! |= 1;
      assert.deepEqual(hashId(id), expected);
      const set = new IdSet();
      set.add(id);
      assert.equal(set.addHash(expected), false);
    }
  });
});
