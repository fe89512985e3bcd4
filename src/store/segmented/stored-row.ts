import type { StoredEvent } from '../event-store.ts';
import { searchFieldsOf } from '../search-fields.ts';

/** An event of a segment, with the number of its log. */
export interface StoredRow extends StoredEvent {
  readonly log: number;
}

/** The row's event if it is the one with this id: an equal hash proves nothing. */
export function matchingEvent(
  { log: rowLog, ...event }: StoredRow,
  log: number,
  eventID: string,
): StoredEvent | undefined {
  return rowLog === log && searchFieldsOf(event.body).eventID === eventID ? event : undefined;
}
