import { formatInstant, type Micros, millisecond, second } from '../../core/micros.ts';

/** The smallest difference between two cursors of a client. */
export type CursorUnit = 1 | typeof millisecond | typeof second;

/**
 * The vendor's Go SDK cuts a cursor to whole seconds (wire: CockroachDB 7.1), and so does what is built on it. It is known
 * by its name before it has a cursor.
 */
const cutsToSeconds = /^(ccloud-sdk-go|terraform-provider-cockroach)\b/;

/**
 * The unit of a client's cursors. One that has no fraction, or one of milliseconds, may be cut; what we send as a cursor
 * to others always has six digits.
 */
export function cursorUnit(startingFrom: string, userAgent: string): CursorUnit {
  if (cutsToSeconds.test(userAgent)) return second;
  if (startingFrom === '') return 1;
  const digits = /\.(\d+)/.exec(startingFrom)?.[1]?.length ?? 0;
  if (digits === 0) return second;
  return digits <= 3 ? millisecond : 1;
}

/** A cursor with as many digits as a client of this unit keeps. */
export function formatCursor(instant: Micros, unit: CursorUnit): string {
  const text = formatInstant(instant);
  if (unit === second) return text.replace(/\.\d{6}/, '');
  return unit === millisecond ? text.replace(/\d{3}Z$/, 'Z') : text;
}
