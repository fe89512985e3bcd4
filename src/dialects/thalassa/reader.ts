import { toLines } from '../../store/event-lines.ts';
import type { EventReader, StoredEvent } from '../../store/event-store.ts';
import { compressLines } from '../../store/zstd-lines.ts';
import type { Members } from '../mapping.ts';
import { thalassaEntry } from './wire.ts';

/** The same log with every event as a pure Thalassa entry: for tools that should see the vendor's fields alone. */
export function thalassaReader(reader: EventReader): EventReader {
  return {
    head: (organisation) => reader.head(organisation),
    get: async (organisation, eventID) => {
      const event = await reader.get(organisation, eventID);
      return event && asThalassaEntry(event);
    },
    list: async (organisation, query) =>
      (await reader.list(organisation, query)).map(asThalassaEntry),
    count: (...query) => reader.count(...query),
    scan: async function* (...query) {
      for await (const batch of reader.scan(...query)) yield batch.map(asThalassaEntry);
    },
    listLines: async (organisation, query, packing = 'plain') => {
      const events = await reader.list(organisation, { ...query, limit: query.limit + 1 });
      return compressLines(toLines(events.map(asThalassaEntry), query), packing);
    },
    sequenceAt: (...query) => reader.sequenceAt(...query),
    distinct: (...query) => reader.distinct(...query),
    treeNodes: (...query) => reader.treeNodes(...query),
    dropped: (organisation) => reader.dropped(organisation),
    withSignal: (signal) => thalassaReader(reader.withSignal(signal)),
  };
}

function asThalassaEntry(event: StoredEvent): StoredEvent {
  return { ...event, body: JSON.stringify(thalassaEntry(JSON.parse(event.body) as Members)) };
}
