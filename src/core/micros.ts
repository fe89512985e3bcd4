/** Time inside the program: whole microseconds since 1970-01-01T00:00:00Z. Text exists only at the edges. */
export type Micros = number;

/** Where the program gets the time from; handed in, so that a test can say what time it is. */
export type Clock = () => Micros;

export const millisecond = 1_000;
export const second = 1_000_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** 1700 to 2254: what microseconds can say exactly in a double, rounded to whole years. */
export const earliest: Micros = -8_520_336_000_000_000;
export const latest: Micros = 8_993_721_599_999_999;

export const systemClock: Clock = () => Date.now() * millisecond;

const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})?$/;

/** Why a text is no instant; the reasons are told apart because each has its own remedy. */
export type NotAnInstant = 'malformed' | 'no-zone' | 'no-such-day' | 'too-precise';

/**
 * Reads RFC 3339: 0 to 9 fraction digits, `Z` or an offset. Digits beyond microseconds must be zero unless
 * `truncate` allows them to be dropped. A leap second (`:60`) counts as the second after. An instant beyond what we
 * can say is refused unless `clamp` takes it for the nearest we can.
 */
export function parseInstant(
  text: string,
  {
    zone,
    truncate = false,
    clamp = false,
  }: { zone?: 'utc'; truncate?: boolean; clamp?: boolean } = {},
): Micros | NotAnInstant {
  const match = rfc3339.exec(text);
  if (match === null) return 'malformed';
  const [, year, month, dayOfMonth, hours, minutes, seconds, fraction = '', offset] = match;
  if (offset === undefined && zone === undefined) return 'no-zone';
  const midnight = parseDay(`${year}-${month}-${dayOfMonth}`);
  if (midnight === undefined) return 'no-such-day';
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60) return 'no-such-day';
  if (!truncate && /[1-9]/.test(fraction.slice(6))) return 'too-precise';
  let micros =
    midnight +
    Number(hours) * hour +
    Number(minutes) * minute +
    Number(seconds) * second +
    Number(fraction.slice(0, 6).padEnd(6, '0'));
  if (offset !== undefined && offset.length === 6) {
    const ahead = Number(offset.slice(1, 3)) * hour + Number(offset.slice(4)) * minute;
    if (Number(offset.slice(1, 3)) > 23 || Number(offset.slice(4)) > 59) return 'malformed';
    micros -= offset.startsWith('-') ? -ahead : ahead;
  }
  const nearest = Math.min(Math.max(micros, earliest), latest);
  return micros === nearest || clamp ? nearest : 'no-such-day';
}

/** Midnight UTC of `YYYY-MM-DD`, or undefined when there is no such day. */
export function parseDay(text: string): Micros | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return date.toISOString().slice(0, 10) === text ? date.getTime() * millisecond : undefined;
}

let lastSecond = Number.NaN;
let lastSecondText = '';

/** `2026-06-20T08:14:03.512904Z`: always UTC, always six digits, so that text sorts like time. */
export function formatInstant(micros: Micros): string {
  const fraction = ((micros % second) + second) % second;
  const whole = micros - fraction;
  if (whole !== lastSecond) {
    lastSecond = whole;
    lastSecondText = new Date(whole / millisecond).toISOString().slice(0, 20);
  }
  return `${lastSecondText}${fraction.toString().padStart(6, '0')}Z`;
}

/** `2026-06-20`, in UTC. */
export function formatDay(micros: Micros): string {
  return formatInstant(micros).slice(0, 10);
}

/** What to tell somebody whose text is no instant. */
export function instantProblem(reason: NotAnInstant): string {
  switch (reason) {
    case 'malformed':
      return 'is not an RFC 3339 time such as 2026-06-20T08:14:03.512904Z';
    case 'no-zone':
      return 'has no zone: end it with Z or an offset such as +02:00';
    case 'no-such-day':
      return 'is no moment of the calendar';
    case 'too-precise':
      return 'is finer than a microsecond: give at most six fraction digits';
  }
}
