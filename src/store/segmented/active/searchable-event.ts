import { ByteWriter } from '../../../core/byte-writer.ts';
import { facets } from '../../../core/facets.ts';
import { facetLengthAt, facetLengthBytes, packFacets } from '../../../core/packed-facets.ts';
import type { SequencedEvent } from '../../event-store.ts';
import type { Capacity } from './columns.ts';

/** What an event is found by. */
export interface SearchableEvent
  extends Pick<
    SequencedEvent,
    'eventID' | 'sequence' | 'createdAt' | 'recordedAt' | 'description'
  > {
  /** Its facets begin at `facetStart`, among those of other events (see `packFacets`). */
  readonly facets: Uint8Array;
  readonly facetStart: number;
}

/** The same of an event whose facets are texts. It is valid until the next call. */
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

/** The capacity that these events need at most. */
export function capacityNeeded(events: Iterable<SearchableEvent>): Capacity {
  let [rows, values, valueBytes, textBytes] = [0, 0, 0, 0];
  for (const { facets: bytes, facetStart, description } of events) {
    rows += 1;
    for (let facet = 0, at = facetStart; facet < facets.length; facet += 1) {
      const length = facetLengthAt(bytes, at);
      if (length > 0) values += 1;
      valueBytes += length;
      at += facetLengthBytes + length;
    }
    if (description !== undefined) textBytes += maxBytes(description);
  }
  return { rows, values, valueBytes, textBytes };
}

/** No text is longer in UTF-8, not even in lower case: İ is the one letter that grows, and has three bytes then. */
const maxBytes = (text: string) => text.length * 3;
