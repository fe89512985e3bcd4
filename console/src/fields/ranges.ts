import { instantParts, type Zone } from './instant.ts';

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

/** A window in as few characters as it takes: `2026-11-30 09:00 – 10:00`. */
export function rangeText(from: string | undefined, to: string | undefined, zone: Zone): string {
  if (from === undefined && to === undefined) return 'All time';
  const text = (instant: string, before?: string) => {
    const { date, time } = instantParts(instant, zone);
    const clock = time.endsWith(':00') ? time.slice(0, 5) : time;
    const sameDay = before !== undefined && instantParts(before, zone).date === date;
    return sameDay ? clock : `${date} ${clock}`;
  };
  if (to === undefined) return `Since ${text(from!)}`;
  if (from === undefined) return `Before ${text(to)}`;
  return `${text(from)} – ${text(to, from)}`;
}
