import { type AuditEvent, ownService } from '../../core/event.ts';
import type { EventReader, StoredEvent } from '../../store/event-store.ts';
import { sequenceFromUlid } from './ulid.ts';
import { toUpcloud, type UpcloudEvent } from './wire.ts';

/** It was checked when it was recorded. */
export function parseStoredEvent({ body }: StoredEvent): AuditEvent {
  return JSON.parse(body) as AuditEvent;
}

/** The event that is shown under a ULID: it is the event's own id, or was computed for it. */
export async function findByUlid(
  reader: EventReader,
  organisation: string,
  ulid: string,
): Promise<UpcloudEvent | undefined> {
  const stored =
    (await reader.get(organisation, ulid)) ??
    (await atSequence(reader, organisation, sequenceFromUlid(ulid)));
  if (stored === undefined) return undefined;
  const event = parseStoredEvent(stored);
  if (event.context?.system_service === ownService) return undefined;
  const found = toUpcloud(event);
  return found.cloud_event_id === ulid ? found : undefined;
}

async function atSequence(
  reader: EventReader,
  organisation: string,
  sequence: number,
): Promise<StoredEvent | undefined> {
  for await (const [event] of reader.scan(organisation, { from: sequence, to: sequence + 1 })) {
    return event;
  }
  return undefined;
}
