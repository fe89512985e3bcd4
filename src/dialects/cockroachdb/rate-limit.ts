import { type Micros, second } from '../../core/micros.ts';

interface Bucket {
  tokens: number;
  filledAt: Micros;
}

/** Most callers with a bucket. */
const maxBuckets = 10_000;

/**
 * Limits the requests a second of each caller, with a burst of as many after a pause (a token bucket). The caller whose
 * last request is the oldest is forgotten first; after a second its bucket would be full again anyway.
 */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  /** Least recently used first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#burst = Math.max(1, perSecond);
  }

  /** Takes a token from a caller's bucket and returns 0; if it is empty, the whole seconds to wait. */
  take(caller: string, now: Micros): number {
    const bucket = this.#buckets.get(caller) ?? { tokens: this.#burst, filledAt: now };
    this.#buckets.delete(caller);
    this.#buckets.set(caller, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= maxBuckets) break;
      this.#buckets.delete(oldest);
    }
    const earned = (Math.max(0, now - bucket.filledAt) / second) * this.#perSecond;
    bucket.tokens = Math.min(this.#burst, bucket.tokens + earned);
    bucket.filledAt = now;
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / this.#perSecond);
    bucket.tokens -= 1;
    return 0;
  }
}
