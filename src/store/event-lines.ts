import { joinBytes } from '../core/bytes.ts';
import type { Lines, LinesQuery, StoredEvent } from './event-store.ts';

/** How many bytes lines have when the query does not say. */
export const defaultMaxBytes = 512 * 1024;

/**
 * The first `limit` of these events as lines, for stores that have events rather than bytes. Ends early when they have
 * enough bytes. An event after them says that there are more.
 */
export function toLines(
  events: readonly StoredEvent[],
  { limit, maxBytes = defaultMaxBytes }: Pick<LinesQuery, 'limit' | 'maxBytes'>,
): Lines | undefined {
  const lines: Buffer[] = [];
  let length = 0;
  for (const { body } of events) {
    if (length >= maxBytes || lines.length === limit) break;
    const line = Buffer.from(`${body}\n`);
    lines.push(line);
    length += line.length;
  }
  const last = events[lines.length - 1];
  if (last === undefined) return undefined;
  const { createdAt, sequence } = last;
  return {
    events: lines.length,
    bytes: joinBytes(lines),
    last: { createdAt, sequence },
    more: lines.length < events.length,
  };
}
