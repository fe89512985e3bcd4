import { type Micros, type NotAnInstant, parseInstant } from '../core/micros.ts';

/** An instant in a request. If it is finer than a microsecond, it is between two instants of ours. */
export interface InstantBounds {
  /** The last instant at or before it. */
  readonly floor: Micros;
  /** The first instant at or after it. */
  readonly ceil: Micros;
}

/**
 * Reads a time from a query: RFC 3339 with 0 to 9 fraction digits. An unescaped plus sign may have become a space. A time
 * outside our calendar, such as a zero time, means the nearest end of it.
 */
export function parseInstantBounds(text: string, zone?: 'utc'): InstantBounds | NotAnInstant {
  const escaped = text.replace(/ (?=\d\d:\d\d$)/, '+');
  const options = { clamp: true, ...(zone !== undefined && { zone }) };
  const exact = parseInstant(escaped, options);
  if (typeof exact === 'number') return { floor: exact, ceil: exact };
  if (exact !== 'too-precise') return exact;
  const floor = parseInstant(escaped, { ...options, truncate: true });
  return typeof floor === 'number' ? { floor, ceil: floor + 1 } : floor;
}
