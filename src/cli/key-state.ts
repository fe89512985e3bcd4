import { day, hour, type Micros, minute, parseInstant } from '../core/micros.ts';
import { counted } from './quantities.ts';
import type { Style } from './terminal-text.ts';

/** What a listing or a server says of the validity of a key. */
interface KeyDates {
  readonly expiresAt?: string | undefined;
  readonly revokedAt?: string | undefined;
}

export interface KeyState {
  readonly text: string;
  readonly style?: Style;
}

/** A key that expires within this time needs a successor. */
const soon = 30 * day;

/** Whether a key is valid, and until when: `expires 2026-12-12, in 11 days`. */
export function keyState(
  { expiresAt, revokedAt }: KeyDates,
  now: Micros,
  timeText: (instant: string) => string = dayOf,
): KeyState {
  if (revokedAt !== undefined) return { text: `revoked ${timeText(revokedAt)}`, style: 'minor' };
  if (expiresAt === undefined) return { text: 'does not expire' };
  const at = parseInstant(expiresAt, { truncate: true });
  if (typeof at !== 'number') return { text: `expires ${expiresAt}` };
  if (at <= now) return { text: `expired ${timeText(expiresAt)}`, style: 'bad' };
  if (at - now >= soon) return { text: `expires ${timeText(expiresAt)}` };
  return { text: `expires ${timeText(expiresAt)}, in ${spanText(at - now)}`, style: 'warning' };
}

const dayOf = (instant: string) => instant.slice(0, 10);

/** `11 days`, `5 hours`, `1 minute`: in the largest unit of which there is one, rounded down. */
function spanText(span: Micros): string {
  for (const [unit, name] of [
    [day, 'day'],
    [hour, 'hour'],
  ] as const) {
    if (span >= unit) return counted(Math.floor(span / unit), name);
  }
  return counted(Math.max(1, Math.floor(span / minute)), 'minute');
}
