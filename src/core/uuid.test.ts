import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { uuidV7Generator } from './uuid.ts';

const from = (hex: string) => (bytes: Uint8Array) => bytes.set(Buffer.from(hex, 'hex'));

describe('a UUID of version 7', () => {
  it('has the milliseconds, the counter and random bits in their places (RFC 9562, 5.7)', () => {
    const ones = uuidV7Generator(() => 0x017f22e279b0 * 1_000 + 999, from('ff'.repeat(16)));
    assert.equal(ones(), '017f22e2-79b0-77ff-bfff-ffffffffffff');
    const zeros = uuidV7Generator(() => 1_000, from('00'.repeat(16)));
    assert.equal(zeros(), '00000000-0001-7000-8000-000000000000');
    const mixed = uuidV7Generator(() => 0, from('000102030405aa07c8090a0b0c0d0e0f'));
    assert.equal(mixed(), '00000000-0000-7207-8809-0a0b0c0d0e0f');
  });

  it('counts within a millisecond, and also when the clock goes back', () => {
    const times = [5_000, 5_999, 4_000, 6_000];
    const next = uuidV7Generator(() => times.shift()!, from('00'.repeat(16)));
    assert.deepEqual(
      [next(), next(), next(), next()].map((id) => id.slice(0, 18)),
      ['00000000-0005-7000', '00000000-0005-7001', '00000000-0005-7002', '00000000-0006-7000'],
    );
  });

  it('goes on in the next millisecond when 4,096 are not enough', () => {
    const next = uuidV7Generator(() => 5_000, from('00'.repeat(16)));
    const ids = Array.from({ length: 4_098 }, next);
    assert.equal(ids[4_095]!.slice(0, 18), '00000000-0005-7fff');
    assert.equal(ids[4_096]!.slice(0, 18), '00000000-0006-7000');
    assert.equal(ids[4_097]!.slice(0, 18), '00000000-0006-7001');
  });

  it('is larger than the one before, whatever the clock and the random bits are', () => {
    const step = fc.record({
      millis: fc.integer({ min: 0, max: 20 }),
      random: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 50 }), (steps) => {
        let at = 0;
        const next = uuidV7Generator(
          () => steps[at]!.millis * 1_000,
          (bytes) => bytes.set(steps[at]!.random),
        );
        let last = '';
        for (; at < steps.length; at += 1) {
          const id = next();
          assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
          assert.ok(id > last, `${id} after ${last}`);
          last = id;
        }
      }),
    );
  });
});
