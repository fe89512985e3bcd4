import type { Clock } from './micros.ts';

/** Fills a buffer with random bytes. It is an argument everywhere, so that a test can repeat itself. */
export type Random = (bytes: Uint8Array) => void;

/**
 * Creates UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, then 12 bits that count within a millisecond
 * (with a random start, method 1 of section 6.2), then 62 random bits. The ids of one generator only increase.
 */
export function uuidV7Generator(clock: Clock, random: Random): () => string {
  const bytes = new Uint8Array(16);
  let lastMillis = -1;
  let count = 0;
  return () => {
    random(bytes);
    const now = Math.floor(clock() / 1_000);
    if (now > lastMillis) {
      lastMillis = now;
      count = (((bytes[6] ?? 0) & 0x07) << 8) | (bytes[7] ?? 0);
    } else {
      count += 1;
      if (count > 0xfff) {
        count = 0;
        lastMillis += 1;
      }
    }
    const hex = Buffer.from(bytes.buffer).toString('hex');
    const time = lastMillis.toString(16).padStart(12, '0');
    const counter = count.toString(16).padStart(3, '0');
    const variant = (((bytes[8] ?? 0) & 0x3f) | 0x80).toString(16);
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${variant}${hex.slice(18, 20)}-${hex.slice(20)}`;
  };
}
