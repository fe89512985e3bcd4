import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { pooledRandom, randomFraction } from './random.ts';

describe('pooledRandom', () => {
  it('gives out each byte of its source once, whatever the sizes of the requests', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 30 }), (lengths) => {
        let drawn = 0;
        // Every four bytes say how many were drawn before them.
        const source = (bytes: Uint8Array) => {
          const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
          for (let at = 0; at + 4 <= bytes.length; at += 4) {
            drawn += 4;
            view.setUint32(at, drawn);
          }
        };
        const random = pooledRandom(source);
        const seen = new Set<number>();
        for (const length of lengths) {
          const bytes = new Uint8Array(length - (length % 4));
          random(bytes);
          const view = new DataView(bytes.buffer);
          for (let at = 0; at < bytes.length; at += 4) {
            const value = view.getUint32(at);
            assert.ok(value > 0 && !seen.has(value));
            seen.add(value);
          }
        }
      }),
    );
  });
});

describe('randomFraction', () => {
  it('is at least 0 and less than 1', () => {
    const filled = (byte: number) => randomFraction((bytes) => void bytes.fill(byte));
    assert.deepEqual(
      [filled(0), filled(0x80), filled(0xff)],
      [0, 0x80808080 / 2 ** 32, 1 - 2 ** -32],
    );
  });
});
