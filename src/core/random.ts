import type { Random } from './uuid.ts';

const poolBytes = 16_384;

/**
 * Takes random bytes from their source many at a time: to ask the system for sixteen bytes costs more than everything
 * else that is done for the salt of an event.
 */
export function pooledRandom(source: Random): Random {
  const pool = new Uint8Array(poolBytes);
  let used = poolBytes;
  return (bytes) => {
    if (bytes.length > poolBytes) return source(bytes);
    if (used + bytes.length > poolBytes) {
      source(pool);
      used = 0;
    }
    bytes.set(pool.subarray(used, used + bytes.length));
    // They may become a secret, so no copy stays here.
    pool.fill(0, used, used + bytes.length);
    used += bytes.length;
  };
}

/** From 0 up to, not including, 1. */
export function randomFraction(random: Random): number {
  const word = new Uint32Array(1);
  random(new Uint8Array(word.buffer));
  return word[0]! / 2 ** 32;
}
