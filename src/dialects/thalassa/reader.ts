import { ownService } from '../../core/event.ts';
import type { Filter } from '../../core/filter.ts';
import { toLines } from '../../store/event-lines.ts';
import type { EventReader, StoredEvent } from '../../store/event-store.ts';
import { compressLines } from '../../store/zstd-lines.ts';
import { visibleToVendors } from '../dialect.ts';
import { isMembers, type Members } from '../members.ts';
import { thalassaEntry } from './wire.ts';

/**
 * The same log with every event as a pure Thalassa entry: for tools that should see the vendor's fields alone. Annals' own
 * records are not among them, as in the other vendors' dialects.
 *
 * @param hidden what else a filter says, unless it leaves out all system services
 */
export function thalassaReader(
  reader: EventReader,
  hidden: Filter = visibleToVendors,
): EventReader {
  const visible = (filter: Filter = {}): Filter =>
    filter.withoutSystemServices === 'all' ? filter : { ...filter, ...hidden };
  const withoutHidden = <Q extends { readonly filter: Filter }>(query: Q): Q => ({
    ...query,
    filter: visible(query.filter),
  });
  const shown: EventReader = {
    head: (organisation) => reader.head(organisation),
    get: async (organisation, eventID) => {
      const event = await reader.get(organisation, eventID);
      return event && !isOwnRecord(event) ? asThalassaEntry(event) : undefined;
    },
    list: async (organisation, query) =>
      (await reader.list(organisation, withoutHidden(query))).map(asThalassaEntry),
    count: (organisation, filter, snapshot) =>
      reader.count(organisation, visible(filter), snapshot),
    histogram: (organisation, query) => reader.histogram(organisation, withoutHidden(query)),
    scan: async function* (organisation, range, filter) {
      const batches = reader.scan(organisation, range, visible(filter));
      for await (const batch of batches) yield batch.map(asThalassaEntry);
    },
    listLines: async (organisation, query, packing = 'plain') => {
      const more = { ...withoutHidden(query), limit: query.limit + 1 };
      const events = await reader.list(organisation, more);
      return compressLines(toLines(events.map(asThalassaEntry), query), packing);
    },
    countedLines: async (organisation, query) => ({
      lines: await shown.listLines(organisation, query),
      total: await shown.count(organisation, query.filter, query.snapshot),
    }),
    sequenceAt: (...query) => reader.sequenceAt(...query),
    distinct: (organisation, facet, filter, limit) =>
      reader.distinct(organisation, facet, visible(filter), limit),
    facetCounts: (organisation, query) => reader.facetCounts(organisation, withoutHidden(query)),
    treeNodes: (...query) => reader.treeNodes(...query),
    dropped: (organisation) => reader.dropped(organisation),
    watch: (...query) => reader.watch(...query),
    withSignal: (signal) => thalassaReader(reader.withSignal(signal), hidden),
  };
  return shown;
}

function isOwnRecord({ body }: StoredEvent): boolean {
  const { context } = JSON.parse(body) as Members;
  return isMembers(context) && context.system_service === ownService;
}

function asThalassaEntry(event: StoredEvent): StoredEvent {
  return { ...event, body: JSON.stringify(thalassaEntry(JSON.parse(event.body) as Members)) };
}
