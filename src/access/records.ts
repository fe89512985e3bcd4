import type { Micros } from '../core/micros.ts';

/** A browser that somebody has signed in with. Its cookie is `<id>.<secret>`; of the secret only a hash is kept. */
export interface SessionRecord {
  readonly id: string;
  /** SHA-256 of the secret, which has 256 random bits. */
  readonly secretHash: Uint8Array;
  /** Id of the key that signed in. The session may do what the key may, and ends with it. */
  readonly account: string;
  readonly createdAt: Micros;
  /** As it is on the disk: a tenth of the idle limit behind, at most. */
  readonly lastUsedAt: Micros;
  readonly clientIp?: string;
  readonly userAgent?: string;
}
