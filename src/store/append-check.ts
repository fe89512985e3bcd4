import { AnnalsError } from '../core/errors.ts';
import { EventRange } from './event-columns.ts';
import type { Append, Erasure, SequencedEvents } from './event-store.ts';

/**
 * Rejects what is wrong in every store, before the store looks at its events: an organisation that occurs twice, events
 * that do not follow each other or do not lead to the head, an id that occurs twice.
 */
export function checkAppends(appends: readonly Append[]): void {
  const organisations = new Set<string>();
  for (const append of appends) {
    const { organisation, expectedSize, events, head } = append;
    if (organisations.has(organisation)) throw malformedError(organisation, 'it is named twice');
    organisations.add(organisation);
    if (head.size !== expectedSize + events.length) {
      throw malformedError(organisation, `its head is at ${head.size}, not after its events`);
    }
    const ids = new Set<string>();
    const { sequences, eventIDs } = sequencesAndIds(events);
    for (const [place, eventID] of eventIDs.entries()) {
      if (sequences[place] !== expectedSize + ids.size) {
        throw malformedError(
          organisation,
          `its events do not follow each other from ${expectedSize}`,
        );
      }
      if (ids.has(eventID)) throw duplicateIdError(organisation, eventID);
      ids.add(eventID);
    }
  }
}

function sequencesAndIds(events: SequencedEvents): { sequences: number[]; eventIDs: string[] } {
  if (events instanceof EventRange) {
    const { columns, first, end } = events;
    const { sequences, eventIDs } = columns;
    return { sequences: sequences.slice(first, end), eventIDs: eventIDs.slice(first, end) };
  }
  const all = [...events];
  return {
    sequences: all.map(({ sequence }) => sequence),
    eventIDs: all.map(({ eventID }) => eventID),
  };
}

function malformedError(organisation: string, problem: string): AnnalsError {
  return new AnnalsError('internal', `Cannot append to the log of ${organisation}: ${problem}`);
}

/** The log's size is not what the caller expected. */
export function headMovedError(
  { organisation, expectedSize }: Pick<Append, 'organisation' | 'expectedSize'>,
  size: number,
): AnnalsError {
  return new AnnalsError(
    'conflict',
    `Cannot append to the log of ${organisation} at ${expectedSize}: its size is ${size}`,
  );
}

/** The log has an event with this id. */
export function duplicateIdError(organisation: string, eventID: string): AnnalsError {
  return new AnnalsError(
    'conflict',
    `Cannot append to the log of ${organisation}: it has an event ${eventID} already`,
  );
}

/** Rejects an erasure of an event that a log of this size does not have. */
export function checkErasures(
  organisation: string,
  erasures: readonly Erasure[],
  size: number,
): void {
  const beyond = erasures.find(({ sequence }) => sequence < 0 || sequence >= size);
  if (beyond === undefined) return;
  throw new AnnalsError(
    'invalid',
    `Cannot erase event ${beyond.sequence} of ${organisation}: its log has ${size} events`,
  );
}

/** The error of every call to a closed store. */
export function storeClosedError(): AnnalsError {
  return new AnnalsError('unavailable', 'The event store is closed');
}
