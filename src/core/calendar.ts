import { AnnalsError } from './errors.ts';
import type { Micros } from './micros.ts';

/** Days as people in a time zone count them. */
export interface Zone {
  /** IANA name, such as `Europe/Amsterdam`. */
  readonly name: string;
  /** The calendar's day at this instant. */
  dayAt(micros: Micros): Temporal.PlainDate;
  /**
   * The first instant of a day. Where clocks skip midnight this is the first instant after the gap, and where midnight
   * comes twice it is the first one. A day that the calendar skips starts with the day after it.
   */
  startOf(day: Temporal.PlainDate): Micros;
}

/** Throws `invalid` for a name that the time zone data of this machine does not have. */
export function openZone(name: string): Zone {
  const at = (micros: Micros) => new Temporal.ZonedDateTime(BigInt(micros) * 1_000n, name);
  try {
    at(0);
  } catch (cause) {
    throw new AnnalsError(
      'invalid',
      `Cannot use the time zone ${JSON.stringify(name)}: give an IANA name such as UTC or Europe/Amsterdam`,
      { cause },
    );
  }
  return {
    name,
    dayAt: (micros) => at(micros).toPlainDate(),
    startOf: (day) => Number(day.toZonedDateTime(name).epochNanoseconds / 1_000n),
  };
}

/** `2026-W23`. The year of a week is the year of its Thursday (ISO 8601). */
export function formatWeek(day: Temporal.PlainDate): string {
  return `${day.yearOfWeek}-W${String(day.weekOfYear).padStart(2, '0')}`;
}
