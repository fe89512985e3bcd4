import { formatWeek, type Zone } from './calendar.ts';
import { AnnalsError } from './errors.ts';
import {
  day,
  formatInstant,
  hour,
  instantProblem,
  type Micros,
  minute,
  parseDay,
  parseInstant,
  second,
} from './micros.ts';

/** A half-open range of time: `from` is in, `to` is out. */
export interface Window {
  readonly from: Micros;
  readonly to: Micros;
}

/** The time range as a user gives it: `since` alone, or `from` with or without `to`. */
export interface WindowOptions {
  readonly since?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const units: Readonly<Record<string, Micros>> = {
  s: second,
  m: minute,
  h: hour,
  d: day,
  w: 7 * day,
  mo: 30 * day,
  y: 365 * day,
};

const examples = '90m, 24h, 7d, 4w, 1mo, 1y or a sum such as 1d12h';

/**
 * Reads a time span. The units are those of tcloud: `m` is a minute, `mo` 30 days, `y` 365 days. Unlike tcloud, all of
 * them can be added up.
 */
export function parseSince(text: string): Micros {
  if (!/^(?:\d+(?:\.\d+)?(?:mo|[smhdwy]))+$/.test(text)) {
    throw new AnnalsError(
      'invalid',
      `Cannot read the time span ${JSON.stringify(text)}: write ${examples}`,
    );
  }
  let micros = 0;
  for (const [, count, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(mo|[smhdwy])/g)) {
    micros += Number(count) * (units[unit] ?? 0);
  }
  if (micros < second) {
    throw new AnnalsError('invalid', `Cannot use the time span ${text}: the shortest is 1s`);
  }
  return Math.round(micros);
}

/** A hint for a user who may have meant a month with `m`. */
export function sinceHint(text: string): string | undefined {
  const match = /^(\d{1,2})m$/.exec(text);
  if (match === null || Number(match[1]) > 24) return undefined;
  const minutes = `${match[1]} minute${match[1] === '1' ? '' : 's'}`;
  return `--since ${text} is ${minutes}; a month is written mo, as in ${match[1]}mo`;
}

/**
 * The window that the options mean. A day begins and ends as in the zone, and a day as `to` is included. An RFC 3339
 * time is an exact end or beginning. Without `to` the window ends now.
 */
export function parseWindow(options: WindowOptions, zone: Zone, now: Micros): Window {
  const { since, from, to } = options;
  if (since === undefined && from === undefined) {
    throw new AnnalsError(
      'invalid',
      `Cannot choose a time range: give --since (${examples}), or --from with or without --to`,
    );
  }
  if (since !== undefined && (from !== undefined || to !== undefined)) {
    throw new AnnalsError('invalid', 'Cannot use --since together with --from or --to');
  }
  // An event of this very microsecond belongs to the window.
  const end = to === undefined ? now + 1 : boundary('--to', to, zone, 1);
  const start =
    since === undefined ? boundary('--from', from ?? '', zone, 0) : now - parseSince(since);
  if (start >= end) {
    throw new AnnalsError(
      'invalid',
      `Cannot use the time range: it begins at ${formatInstant(start)} and ends at ${formatInstant(end)}, which is not later`,
    );
  }
  return { from: start, to: end };
}

function boundary(flag: string, text: string, zone: Zone, daysAfter: number): Micros {
  if (parseDay(text) !== undefined) {
    return zone.startOf(Temporal.PlainDate.from(text).add({ days: daysAfter }));
  }
  const instant = parseInstant(text, { truncate: true });
  if (typeof instant === 'number') return instant;
  const problem = /^\d{4}-\d{2}-\d{2}$/.test(text)
    ? 'there is no such day'
    : instant === 'malformed'
      ? 'it is neither a day such as 2026-06-01 nor an RFC 3339 time such as 2026-06-01T12:00:00Z'
      : `it ${instantProblem(instant)}`;
  throw new AnnalsError('invalid', `Cannot read ${flag} ${JSON.stringify(text)}: ${problem}`);
}

export const splits = ['daily', 'weekly', 'monthly'] as const;
export type Split = (typeof splits)[number];

/** A part of a window, with a name that can be part of a file name. */
export interface Period extends Window {
  readonly name: string;
}

/**
 * Splits a window into the days, ISO weeks or months of a zone, oldest first, without gap or overlap. The first and the
 * last are cut to the window, and keep the name of the whole day, week or month. Without a split it is one period.
 */
export function periodsOf(window: Window, split: Split | undefined, zone: Zone): Period[] {
  if (split === undefined) return [{ ...window, name: windowName(window, zone) }];
  const { begin, length, name } = steps[split];
  const periods: Period[] = [];
  let start = begin(zone.dayAt(window.from));
  let from = window.from;
  while (from < window.to) {
    const following = start.add(length);
    const to = Math.min(zone.startOf(following), window.to);
    // A day can be missing in a calendar (Samoa had no 30 December 2011). It gets no file.
    if (to > from) periods.push({ from, to, name: name(start) });
    start = following;
    from = Math.max(from, to);
  }
  return periods;
}

interface Step {
  readonly begin: (day: Temporal.PlainDate) => Temporal.PlainDate;
  readonly length: Temporal.DurationLike;
  readonly name: (start: Temporal.PlainDate) => string;
}

const steps: Readonly<Record<Split, Step>> = {
  daily: { begin: (day) => day, length: { days: 1 }, name: String },
  weekly: {
    begin: (day) => day.subtract({ days: day.dayOfWeek - 1 }),
    length: { weeks: 1 },
    name: formatWeek,
  },
  monthly: {
    begin: (day) => day.with({ day: 1 }),
    length: { months: 1 },
    name: (start) => start.toPlainYearMonth().toString(),
  },
};

/** `2026-06-01--2026-06-30` for whole days, with the last one included; otherwise times to the second. */
export function windowName({ from, to }: Window, zone: Zone): string {
  const first = zone.dayAt(from);
  const last = zone.dayAt(to - 1);
  if (zone.startOf(first) === from && zone.startOf(last.add({ days: 1 })) === to) {
    return `${first}--${last}`;
  }
  return `${secondOf(from)}--${secondOf(to)}`;
}

/** `2026-06-01T120000Z`: RFC 3339 without colons, which some file systems do not allow. */
function secondOf(micros: Micros): string {
  return `${formatInstant(micros).slice(0, 19).replaceAll(':', '')}Z`;
}
