/**
 * Instants as people read them, in a zone. An instant is RFC 3339 text with microseconds, as the API has it; a `Date`
 * holds milliseconds only, so the fraction is taken from the text.
 */

/** `UTC`, `local`, or a name of the IANA database such as `Europe/Amsterdam`. */
export type Zone = string;

export interface InstantParts {
  /** `2026-11-30` */
  readonly date: string;
  /** `09:41:07` */
  readonly time: string;
  /** `.123456` */
  readonly fraction: string;
  /** `Z`, or `+01:00` */
  readonly offset: string;
}

const formats = new Map<Zone, Intl.DateTimeFormat>();

function formatOf(zone: Zone): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone === 'local' ? undefined : zone,
      calendar: 'iso8601',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'longOffset',
    });
    formats.set(zone, format);
  }
  return format;
}

export function instantParts(instant: string, zone: Zone): InstantParts {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of formatOf(zone).formatToParts(new Date(instant))) {
    parts[type] = value;
  }
  const offset = (parts.timeZoneName ?? '').replace('GMT', '');
  return {
    date: `${parts.year}-${parts.month}-${parts.day}`,
    time: `${parts.hour}:${parts.minute}:${parts.second}`,
    fraction: /\.\d+/.exec(instant)?.[0] ?? '',
    offset: offset === '' || offset === '+00:00' ? 'Z' : offset,
  };
}

/** One line: `2026-11-30 09:41:07.123456 Z`. */
export function formatInstant(instant: string, zone: Zone): string {
  const { date, time, fraction, offset } = instantParts(instant, zone);
  return `${date} ${time}${fraction} ${offset}`;
}

/** Whether this browser knows a zone. */
export function isZone(zone: string): boolean {
  if (zone === 'local') return true;
  try {
    return formatOf(zone) !== undefined;
  } catch {
    return false;
  }
}

/**
 * The instant that a wall clock in a zone shows, as RFC 3339 in UTC; undefined for what is not a time. Takes
 * `2026-11-30`, `2026-11-30 09:41`, `2026-11-30T09:41:07.123`, and anything that already has a zone.
 */
export function instantFromText(text: string, zone: Zone): string | undefined {
  const trimmed = text.trim();
  if (/(Z|[+-]\d\d:\d\d)$/i.test(trimmed)) {
    const exact = Date.parse(trimmed.replace(/ (?=\d)/, 'T').replaceAll(' ', ''));
    return Number.isNaN(exact) ? undefined : trimmed.replace(/ (?=\d)/, 'T').replaceAll(' ', '');
  }
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,6})?)?)?$/.exec(
    trimmed,
  );
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = ''] = match;
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  if (Number.isNaN(Date.parse(`${wall}Z`))) return undefined;
  // The offset at that wall time, found in two steps: the first guess may be on the other side of a change of clocks.
  let guess = Date.parse(`${wall}Z`);
  for (let step = 0; step < 2; step += 1) {
    guess = Date.parse(`${wall}Z`) - offsetMillis(new Date(guess).toISOString(), zone);
  }
  return `${new Date(guess).toISOString().slice(0, 19)}${fraction}Z`;
}

function offsetMillis(instant: string, zone: Zone): number {
  const { offset } = instantParts(instant, zone);
  if (offset === 'Z') return 0;
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):(\d\d)/.exec(offset) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
