import { type Draft, ownService } from '../core/event.ts';
import type { Filter } from '../core/filter.ts';
import { formatInstant, type Micros } from '../core/micros.ts';
import type { EventReader, ExpiredRange, StoredEvent } from '../store/event-store.ts';

const action = 'audit_log.drop';
const pageSize = 10;

/** The record, in the log itself, that the beginning of the log is about to be dropped. */
export function dropRecord(
  { organisation, from, to }: ExpiredRange,
  recordedBefore: Micros,
): Draft {
  const events = to - from;
  return {
    action,
    description: `Drops ${events} events: their retention is over`,
    resourceType: 'audit_log',
    resourceIdentity: organisation,
    outcome: 'success',
    context: { system_service: ownService },
    details: {
      firstSequence: from,
      lastSequence: to - 1,
      events,
      recordedBefore: formatInstant(recordedBefore),
    },
  };
}

/**
 * Up to which sequence the log's own records say that it was dropped; undefined when no record reaches `atLeast`. The
 * record of a drop comes after the events that it drops, so the record of the last drop always remains.
 */
export async function recordedDrop(
  reader: Pick<EventReader, 'list'>,
  organisation: string,
  atLeast: number,
): Promise<number | undefined> {
  const filter: Filter = {
    conditions: [
      { facets: ['action'], values: [action] },
      { facets: ['systemService'], values: [ownService] },
    ],
  };
  let after: StoredEvent | undefined;
  do {
    const query = { filter, order: 'desc', limit: pageSize, ...(after && { after }) } as const;
    const events = await reader.list(organisation, query);
    const reached = events.map(endOf).find((end) => end >= atLeast);
    if (reached !== undefined) return reached;
    after = events.at(-1);
  } while (after !== undefined);
  return undefined;
}

/** The sequence after the last event that the record names. */
function endOf({ body }: StoredEvent): number {
  const { details } = JSON.parse(body) as { details?: { lastSequence?: unknown } };
  const last = details?.lastSequence;
  return typeof last === 'number' ? last + 1 : 0;
}
