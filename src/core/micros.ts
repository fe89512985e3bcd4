/** A time inside the program: whole microseconds since 1970-01-01T00:00:00Z. It is a text only at the edges. */
export type Micros = number;

/** Where the program gets the time from. It is an argument everywhere, so that a test can say what time it is. */
export type Clock = () => Micros;

export const millisecond = 1_000;
export const second = 1_000_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** 1700 to 2254: the times that a double can hold exactly in microseconds, rounded to whole years. */
export const earliest: Micros = -8_520_336_000_000_000;
export const latest: Micros = 8_993_721_599_999_999;

/** A clock that is set beyond what a double can hold stays at its end, so that no file gets a time that is not exact. */
export const systemClock: Clock = () => Math.min(Date.now() * millisecond, latest);

/** Why a text is not an instant. Each reason has its own remedy. */
export type NotAnInstant = 'malformed' | 'no-zone' | 'no-such-day' | 'too-precise';

const shape = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}/;
const tail = /^(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})?$/;

/**
 * Reads RFC 3339: 0 to 9 fraction digits, `Z` or an offset. Digits beyond microseconds must be zero, unless
 * `truncate` drops them. A leap second (`:60`) counts as the second after it. An instant before `earliest` or after
 * `latest` is rejected, unless `clamp` replaces it by the nearer of the two.
 */
export function parseInstant(
  text: string,
  {
    zone,
    truncate = false,
    clamp = false,
  }: { zone?: 'utc'; truncate?: boolean; clamp?: boolean } = {},
): Micros | NotAnInstant {
  const known = isPlain(text) ? parsePlain(text) : undefined;
  if (known !== undefined) return known;
  if (!shape.test(text)) return 'malformed';
  const rest = tail.exec(text.slice(19));
  if (rest === null) return 'malformed';
  const [, fraction = '', offset] = rest;
  if (offset === undefined && zone === undefined) return 'no-zone';
  const midnight = dayAt(text);
  const [hours, minutes, seconds] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  if (midnight === undefined || hours > 23 || minutes > 59 || seconds > 60) return 'no-such-day';
  if (fraction.length > 6 && !truncate && /[1-9]/.test(fraction.slice(6))) return 'too-precise';
  let micros =
    midnight +
    hours * hour +
    minutes * minute +
    seconds * second +
    (fraction === '' ? 0 : Number(fraction.slice(0, 6).padEnd(6, '0')));
  if (offset !== undefined && offset.length === 6) {
    const [aheadHours, aheadMinutes] = [twoDigits(offset, 1), twoDigits(offset, 4)];
    if (aheadHours > 23 || aheadMinutes > 59) return 'malformed';
    const ahead = aheadHours * hour + aheadMinutes * minute;
    micros -= offset.startsWith('-') ? -ahead : ahead;
  }
  const nearest = Math.min(Math.max(micros, earliest), latest);
  return micros === nearest || clamp ? nearest : 'no-such-day';
}

/** Whether a text has the form of `formatInstant`, perhaps with fewer digits. A fast path: events are read by the ten thousand. */
function isPlain(text: string): boolean {
  const { length } = text;
  if (length < shortestPlain || length > plainForm.length || length === shortestPlain + 1)
    return false;
  if (text.charCodeAt(length - 1) !== letterZ) return false;
  for (let at = 0; at < length - 1; at += 1) {
    const [code, form] = [text.charCodeAt(at), plainForm.charCodeAt(at)];
    if (form === digitZero ? code < digitZero || code > digitNine : code !== form) return false;
  }
  return true;
}

const plainForm = '0000-00-00T00:00:00.000000Z';
const shortestPlain = '0000-00-00T00:00:00Z'.length;
const [digitZero, digitNine, letterZ] = [0x30, 0x39, 0x5a];

/** Undefined when there is no such instant, or it is out of range: the slow path says which. */
function parsePlain(text: string): Micros | undefined {
  const [hours, minutes, seconds] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  const midnight = dayAt(text);
  if (midnight === undefined || hours > 23 || minutes > 59 || seconds > 60) return undefined;
  let fraction = 0;
  for (let at = 20; at < 26; at += 1) {
    fraction = fraction * 10 + (at < text.length - 1 ? text.charCodeAt(at) - digitZero : 0);
  }
  const micros = midnight + hours * hour + minutes * minute + seconds * second + fraction;
  return micros < earliest || micros > latest ? undefined : micros;
}

/** Midnight UTC of `YYYY-MM-DD`, or undefined when there is no such day. */
export function parseDay(text: string): Micros | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const midnight = dayAt(text);
  return midnight === undefined || midnight < earliest || midnight > latest ? undefined : midnight;
}

const daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

/** Midnight of the date that a text begins with. Plain arithmetic, because events are read by the ten thousand a second. */
function dayAt(text: string): Micros | undefined {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const dayOfMonth = twoDigits(text, 8);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  const before = daysBeforeMonth[month - 1];
  const after = daysBeforeMonth[month];
  if (before === undefined || after === undefined) return undefined;
  if (dayOfMonth < 1 || dayOfMonth > after - before + (month === 2 ? leap : 0)) return undefined;
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  const days = past * 365 + leapDays + before + (month > 2 ? leap : 0) + dayOfMonth - 1;
  return (days - daysBefore1970) * day;
}

/** Days from 0001-01-01, in the same calendar. */
const daysBefore1970 = 719_162;

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 0x30) * 10 + text.charCodeAt(at + 1) - 0x30;
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

/** The rest of a sentence about a text that is not an instant. */
export function instantProblem(reason: NotAnInstant): string {
  switch (reason) {
    case 'malformed':
      return 'is not an RFC 3339 time such as 2026-06-20T08:14:03.512904Z';
    case 'no-zone':
      return 'has no zone: end it with Z or an offset such as +02:00';
    case 'no-such-day':
      return 'is not a time of the calendar';
    case 'too-precise':
      return 'is finer than a microsecond: give at most six fraction digits';
  }
}
