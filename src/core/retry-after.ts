import { type Clock, millisecond } from './micros.ts';

/**
 * How many seconds a response asks its client to wait: `Retry-After` (RFC 9110, section 10.2.3), which is a number or a
 * date. Undefined when there is none, or none that can be read. The date is by the sender's clock, which need not be
 * ours, so it is compared with the `Date` of the same response if there is one.
 */
export function readRetryAfter(headers: Pick<Headers, 'get'>, clock: Clock): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value);
  // Date.parse reads much more than the dates of HTTP, such as "-1".
  const until = /^[A-Z][a-z]{2}/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const sent = Date.parse(headers.get('date') ?? '');
  const now = Number.isNaN(sent) ? clock() / millisecond : sent;
  return Math.max(0, (until - now) / 1_000);
}
