import type { Histogram } from './event-store.ts';

/** A histogram without events. */
export function emptyHistogram(buckets: number): Histogram {
  return {
    success: new Uint32Array(buckets),
    failure: new Uint32Array(buckets),
    unknown: new Uint32Array(buckets),
  };
}
