import type { StoredEvent } from '../../event-store.ts';
import { searchableParts } from '../../searchable-parts.ts';
import type { StoredRow } from './rows.ts';

/** The row's event if it is the one with this id, because a hash alone proves nothing. */
export function eventIn(
  { log: held, ...event }: StoredRow,
  log: number,
  eventID: string,
): StoredEvent | undefined {
  return held === log && searchableParts(event.body).eventID === eventID ? event : undefined;
}
