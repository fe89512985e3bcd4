import { formatInstant, instantParts, type Zone } from './instant.ts';

const hour = 3_600;
const day = 24 * hour;

/** Ranges that end now. */
export const ranges = [
  { label: 'Last 15 minutes', seconds: 15 * 60 },
  { label: 'Last hour', seconds: hour },
  { label: 'Last 24 hours', seconds: day },
  { label: 'Last 7 days', seconds: 7 * day },
  { label: 'Last 30 days', seconds: 30 * day },
  { label: 'Last 90 days', seconds: 90 * day },
] as const;

/**
 * The instant that a bound of the API stands for; undefined for what is not a time. A day is its midnight in UTC, and as
 * `to` the one after it, because that day is included.
 */
function instantOfBound(name: 'from' | 'to', text: string): string | undefined {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const millis = Date.parse(isDay ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(millis)) return undefined;
  return isDay
    ? `${new Date(millis + (name === 'to' ? day * 1_000 : 0)).toISOString().slice(0, 19)}Z`
    : text;
}

/** A bound as somebody reads and writes it in a zone; what is not a time is shown as it is. */
export function boundText(name: 'from' | 'to', text: string | undefined, zone: Zone): string {
  if (text === undefined) return '';
  const instant = instantOfBound(name, text);
  return instant === undefined ? text : formatInstant(instant, zone);
}

/** A window in as few characters as it takes: `2026-11-30 09:00 – 10:00`. */
export function rangeText(from: string | undefined, to: string | undefined, zone: Zone): string {
  if (from === undefined && to === undefined) return 'All time';
  const begin = from === undefined ? undefined : instantOfBound('from', from);
  const end = to === undefined ? undefined : instantOfBound('to', to);
  const text = (instant: string, before?: string) => {
    const { date, time } = instantParts(instant, zone);
    const clock = time.endsWith(':00') ? time.slice(0, 5) : time;
    const sameDay = before !== undefined && instantParts(before, zone).date === date;
    return sameDay ? clock : `${date} ${clock}`;
  };
  const beginText = begin === undefined ? from : text(begin);
  const endText = end === undefined ? to : text(end, begin);
  if (endText === undefined) return `Since ${beginText}`;
  if (beginText === undefined) return `Before ${endText}`;
  return `${beginText} – ${endText}`;
}
