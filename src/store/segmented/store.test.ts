import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describeEventStore, type StoreLocation } from '../event-store.contract.ts';
import type { EventStore } from '../event-store.ts';
import { openSegmentedStore } from './store.ts';

async function place(segmentEvents?: number): Promise<StoreLocation & { directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'annals-store-'));
  const options = { directory, ...(segmentEvents !== undefined && { segmentEvents }) };
  return {
    directory,
    open: () => openSegmentedStore(options),
    remove: () => rm(directory, { recursive: true }),
  };
}

/** The same store, whose answers wait until every full segment is sealed. */
function whenSealed(store: EventStore, directory: string): EventStore {
  const sealed = async () => {
    for (;;) {
      const files = await readdir(join(directory, 'segments'));
      if (files.filter((file) => file.endsWith('.db')).length <= 1) return;
      await setTimeout(1);
    }
  };
  const after =
    <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await sealed();
      return call.apply(store, args);
    };
  return {
    append: (appends) => store.append(appends),
    erase: (organisation, erasures) => store.erase(organisation, erasures),
    expired: after(store.expired),
    drop: (expired) => store.drop(expired),
    findExisting: (organisation, ids) => store.findExisting(organisation, ids),
    head: (organisation) => store.head(organisation),
    get: after(store.get),
    list: after(store.list),
    count: after(store.count),
    histogram: after(store.histogram),
    async *scan(organisation, range, filter) {
      await sealed();
      yield* store.scan(organisation, range, filter);
    },
    listLines: after(store.listLines),
    countedLines: after(store.countedLines),
    sequenceAt: after(store.sequenceAt),
    distinct: after(store.distinct),
    facetCounts: after(store.facetCounts),
    treeNodes: after(store.treeNodes),
    dropped: (organisation) => store.dropped(organisation),
    watch: (organisation, onGrown) => store.watch(organisation, onGrown),
    withSignal: (signal) => store.withSignal(signal),
    close: () => store.close(),
  };
}

describeEventStore('segmented', () => place(), { durable: true });

describeEventStore(
  'segmented, with sealed segments',
  async () => {
    const { directory, open, remove } = await place(20);
    return { open: async () => whenSealed(await open(), directory), remove };
  },
  { durable: true },
);
