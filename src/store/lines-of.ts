import type { Lines, StoredEvent } from './event-store.ts';

/** A batch of events, at least one, as lines: for readers that hold events rather than bytes. */
export function linesOf(events: readonly StoredEvent[]): Lines {
  const bytes = Buffer.from(events.map(({ body }) => `${body}\n`).join(''));
  return { events: events.length, bytes, next: events.at(-1)!.sequence + 1 };
}
