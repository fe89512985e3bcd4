import type { Random } from './uuid.ts';

const poolBytes = 16_384;

/**
 * The same random bytes, drawn from their source by the page: asking the system for sixteen bytes costs more than
 * everything else that is done for an event's salt.
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
    // What was handed out is not kept: it may be a secret.
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
