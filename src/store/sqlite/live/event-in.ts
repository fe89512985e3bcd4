import type { StoredEvent } from '../../event-store.ts';
import { searchFieldsOf } from '../../search-fields.ts';
import type { StoredRow } from '../../segmented/active/commit-log-reader.ts';

/** The row's event if it is the one with this id, because a hash alone proves nothing. */
export function matchingEvent(
  { log: held, ...event }: StoredRow,
  log: number,
  eventID: string,
): StoredEvent | undefined {
  return held === log && searchFieldsOf(event.body).eventID === eventID ? event : undefined;
}
