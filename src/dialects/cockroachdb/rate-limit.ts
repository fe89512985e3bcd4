import { type Micros, second } from '../../core/micros.ts';

interface Bucket {
  tokens: number;
  filledAt: Micros;
}

/** Callers remembered at a time. */
const maxBuckets = 10_000;

/**
 * So many requests a second for each caller, and as many at once after a pause (a token bucket). The caller who has
 * asked least recently is forgotten first, and after a second of silence there is nothing to remember anyway.
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

  /** Takes one request from a caller's allowance; the whole seconds to wait when there is none left, else 0. */
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
