import { type Clock, millisecond } from '../core/micros.ts';
import type { Random } from '../core/uuid.ts';

/** However long a server asks to be left alone, it is asked again after this. */
const maxRetryAfterMs = 60 * 60 * 1_000;

export interface BackoffLimits {
  readonly minRetryMs: number;
  readonly maxRetryMs: number;
}

/**
 * How long to wait after this many failures in a row (1 and more): doubling up to the maximum, then somewhere
 * between half of it and all, so that many applications do not come back at the same moment.
 */
export function backoffMs(failures: number, limits: BackoffLimits, random: Random): number {
  const doubled = Math.min(limits.maxRetryMs, limits.minRetryMs * 2 ** (failures - 1));
  return doubled * (0.5 + 0.5 * fraction(random));
}

/** Reads `Retry-After` (RFC 9110, 10.2.3): seconds or a date. Undefined when there is none one can read. */
export function retryAfterMs(header: string | null, clock: Clock): number | undefined {
  if (header === null) return undefined;
  const waitMs = /^\d+$/.test(header)
    ? Number(header) * 1_000
    : Date.parse(header) - clock() / millisecond;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), maxRetryAfterMs);
}

/** From 0 up to, not including, 1. */
function fraction(random: Random): number {
  const bytes = new Uint8Array(4);
  random(bytes);
  return new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
}
