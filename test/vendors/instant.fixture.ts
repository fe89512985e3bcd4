/**
 * Instants as whole nanoseconds since 1970, finer than anything a vendor writes, so that the
 * stand-ins never round what they compare.
 */
export type Nanos = bigint;

export const SECOND: Nanos = 1_000_000_000n;
export const DAY: Nanos = 86_400n * SECOND;

const RFC3339 =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** Strict RFC 3339 with 0–9 fraction digits; undefined for anything else (an unescaped `+` too). */
export function parseInstant(text: string): Nanos | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [, civil = '', fraction = '', sign, hours = '0', minutes = '0'] = match;
  const milliseconds = Date.parse(`${civil}Z`);
  // The 30th of February parses; only a real date comes back as it was written.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 19) !== civil) {
    return undefined;
  }
  const offset = BigInt(Number(hours) * 60 + Number(minutes)) * 60n * SECOND;
  const local = BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
  return sign === '-' ? local + offset : local - offset;
}

/** As {@link parseInstant}, for text written by the test itself. */
export function instant(text: string): Nanos {
  const at = parseInstant(text);
  if (at === undefined) throw new Error(`Not an RFC 3339 instant: ${text}`);
  return at;
}

/** Drops (never rounds) what lies beyond `digits` fraction digits of a second. */
export function cut(at: Nanos, digits: number): Nanos {
  return at - (at % 10n ** BigInt(9 - digits));
}

/** `digits` fraction digits, in the zone `offsetMinutes` east of Greenwich (0 is written `Z`). */
export function formatInstant(at: Nanos, digits: number, offsetMinutes = 0): string {
  const local = at + BigInt(offsetMinutes) * 60n * SECOND;
  const civil = new Date(Number(local / 1_000_000n)).toISOString().slice(0, 19);
  const fraction = String(local % SECOND)
    .padStart(9, '0')
    .slice(0, digits);
  return civil + (digits > 0 ? `.${fraction}` : '') + zone(offsetMinutes);
}

function zone(offsetMinutes: number): string {
  if (offsetMinutes === 0) return 'Z';
  const size = Math.abs(offsetMinutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
