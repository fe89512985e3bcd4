import { ByteWriter } from '../../../core/byte-writer.ts';
import { facets } from '../../../core/facets.ts';
import { facetLengthAt, facetLengthBytes, packFacets } from '../../../core/packed-facets.ts';
import type { SequencedEvent } from '../../event-store.ts';
import type { Capacity } from './columns.ts';

/** What the columns keep of an event. */
export interface SearchableEvent
  extends Pick<
    SequencedEvent,
    'eventID' | 'sequence' | 'createdAt' | 'recordedAt' | 'description'
  > {
  /** Where its facets stand among others (see `packFacets`). */
  readonly facets: Uint8Array;
  readonly facetStart: number;
}

/** An event whose facets are texts; good until the next one is made. */
export function toSearchableEvent(
  event: Omit<SearchableEvent, 'facetStart' | 'facets'> & Pick<SequencedEvent, 'facets'>,
): SearchableEvent {
  packed.at = 0;
  packFacets(event.facets, packed);
  const { eventID, sequence, createdAt, recordedAt, description } = event;
  return {
    eventID,
    sequence,
    createdAt,
    recordedAt,
    description,
    facets: packed.bytes,
    facetStart: 0,
  };
}

const packed = new ByteWriter(4_096);

/** How much room these events need at most. */
export function capacityNeeded(events: Iterable<SearchableEvent>): Capacity {
  let [rows, values, valueBytes, textBytes] = [0, 0, 0, 0];
  for (const { facets: bytes, facetStart, description } of events) {
    rows += 1;
    for (let place = 0, at = facetStart; place < facets.length; place += 1) {
      const length = facetLengthAt(bytes, at);
      if (length > 0) values += 1;
      valueBytes += length;
      at += facetLengthBytes + length;
    }
    if (description !== undefined) textBytes += maxBytes(description);
  }
  return { rows, values, valueBytes, textBytes };
}

/** The longest a text can be in UTF-8, in its searchable form too: İ, the one letter that grows, has three bytes then. */
const maxBytes = (text: string) => text.length * 3;
