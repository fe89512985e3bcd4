import { formatInstant, parseInstant } from '../../core/micros.ts';

/** Whole nanoseconds since 1970: cursors must not lose what a server wrote (wire: CockroachDB 7.1). */
export type Nanos = bigint;

/** Undefined for a text that is not an instant, and for the zero time that some servers write instead of none. */
export function parseNanos(text: string): Nanos | undefined {
  if (text.startsWith('0001-')) return undefined;
  const micros = parseInstant(text, { truncate: true, zone: 'utc' });
  if (typeof micros !== 'number') return undefined;
  const fraction = /\.(\d{1,9})/.exec(text)?.[1] ?? '';
  return BigInt(micros) * 1_000n + BigInt(fraction.padEnd(9, '0').slice(6));
}

/** With six fraction digits, or nine where it needs them. */
export function formatNanos(nanos: Nanos): string {
  const beyond = ((nanos % 1_000n) + 1_000n) % 1_000n;
  const text = formatInstant(Number((nanos - beyond) / 1_000n));
  return beyond === 0n ? text : `${text.slice(0, -1)}${String(beyond).padStart(3, '0')}Z`;
}
