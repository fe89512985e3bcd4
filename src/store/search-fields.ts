import { facetsOf } from '../core/facets.ts';
import type { JsonObject } from '../core/json/parse-json.ts';
import type { SequencedEvent } from './event-store.ts';

/** What queries find an event by, read from its body. */
export function searchFieldsOf(
  body: string,
): Pick<SequencedEvent, 'eventID' | 'facets' | 'description'> {
  const event = JSON.parse(body) as JsonObject;
  const { eventID, description } = event;
  return {
    eventID: String(eventID),
    facets: facetsOf(event as Parameters<typeof facetsOf>[0]),
    description: typeof description === 'string' ? description : undefined,
  };
}
