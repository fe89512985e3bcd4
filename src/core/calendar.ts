import { AnnalsError } from './errors.ts';
import { hour, type Micros, millisecond, second } from './micros.ts';

/**
 * Days as people in a time zone count them. A plain day is the number of days since 1970-01-01 in the calendar,
 * without any zone; a zone says when it begins.
 */
export type PlainDay = number;

export interface Zone {
  /** IANA name, such as `Europe/Amsterdam`. */
  readonly name: string;
  /** The calendar's day at this instant. */
  dayAt(micros: Micros): PlainDay;
  /** The first instant of a day. Where clocks skip midnight this is the first moment after the gap. */
  startOf(day: PlainDay): Micros;
}

const secondsADay = 86_400;

/** Throws `invalid` for a name this machine's time zone data does not have. */
export function openZone(name: string): Zone {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    });
  } catch (cause) {
    throw new AnnalsError(
      'invalid',
      `Cannot use the time zone ${JSON.stringify(name)}: give an IANA name such as UTC or Europe/Amsterdam`,
      { cause },
    );
  }
  const dayAt = (micros: Micros): PlainDay => {
    const parts: Record<string, string> = {};
    const wholeMillis = Math.floor(micros / millisecond);
    for (const { type, value } of format.formatToParts(wholeMillis)) parts[type] = value;
    return plainDay(Number(parts.year), Number(parts.month), Number(parts.day));
  };
  // Local days only ever go forward, so the beginning of one is found by halving the stretch it must lie in;
  // no zone was ever further than 16 hours from UTC.
  const startOf = (day: PlainDay): Micros => {
    if (name === 'UTC') return day * secondsADay * second;
    let before = day * secondsADay - (16 * hour) / second;
    let after = day * secondsADay + (16 * hour) / second;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (dayAt(middle * second) < day) before = middle;
      else after = middle;
    }
    return after * second;
  };
  return { name, dayAt, startOf };
}

export function plainDay(year: number, month: number, dayOfMonth: number): PlainDay {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, dayOfMonth);
  return Math.round(date.getTime() / 1_000 / secondsADay);
}

/** `2026-06-01` */
export function formatPlainDay(day: PlainDay): string {
  return new Date(day * secondsADay * 1_000).toISOString().slice(0, 10);
}

/** Monday of the day's ISO week. */
export function mondayOf(day: PlainDay): PlainDay {
  // 1970-01-01 was a Thursday.
  return day - ((((day + 3) % 7) + 7) % 7);
}

/** `2026-W23`: the year of a week is the one its Thursday lies in (ISO 8601). */
export function formatWeek(monday: PlainDay): string {
  const year = Number(formatPlainDay(monday + 3).slice(0, 4));
  const firstMonday = mondayOf(plainDay(year, 1, 4));
  return `${year}-W${String((monday - firstMonday) / 7 + 1).padStart(2, '0')}`;
}

/** The first day of the month that is `months` after the one this day lies in. */
export function monthOf(day: PlainDay, months = 0): PlainDay {
  const [year, month] = formatPlainDay(day).split('-').map(Number) as [number, number];
  return plainDay(year, month + months, 1);
}
