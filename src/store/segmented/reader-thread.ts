import { workerData } from 'node:worker_threads';
import type { Facet } from '../../core/facets.ts';
import type { Filter } from '../../core/filter.ts';
import type { Micros } from '../../core/micros.ts';
import { serveCalls } from '../../runtime/serve-calls.ts';
import { markTransfer } from '../../runtime/transfer.ts';
import type {
  FacetsQuery,
  HistogramQuery,
  LinesQuery,
  ListQuery,
  Packing,
  Range,
} from '../event-store.ts';
import { DataDirectory } from './data-directory.ts';
import { type QueryContext, Reader, type StoreVersion } from './reader.ts';

/** What a reader thread is started with. */
export interface ReaderData {
  readonly directory: string;
  readonly version: StoreVersion;
  readonly queryMillis: number;
}

const { directory, version, queryMillis } = workerData as ReaderData;
const reader = new Reader(new DataDirectory(directory), version, queryMillis);

const methods = {
  useVersion: (changed: StoreVersion) => reader.useVersion(changed),
  releaseOldVersions: () => reader.releaseOldVersions(),
  get: (context: QueryContext, eventID: string) => reader.get(context, eventID),
  list: (context: QueryContext, query: ListQuery) => reader.list(context, query),
  count: (context: QueryContext, filter: Filter, sequences: Range) =>
    reader.count(context, filter, sequences),
  histogram: (context: QueryContext, query: HistogramQuery) => reader.histogram(context, query),
  distinct: (context: QueryContext, facet: Facet, filter: Filter, limit?: number) =>
    reader.distinct(context, facet, filter, limit),
  facetCounts: (context: QueryContext, query: FacetsQuery) => reader.facetCounts(context, query),
  scanPage: (context: QueryContext, range: Range, filter: Filter) =>
    reader.scanPage(context, range, filter),
  listLines: async (context: QueryContext, query: LinesQuery, packing: Packing) => {
    const lines = await reader.listLines(context, query, packing);
    return lines && markTransfer(lines, [lines.bytes.buffer]);
  },
  countedLines: async (context: QueryContext, query: LinesQuery) => {
    const counted = await reader.countedLines(context, query);
    return markTransfer(counted, counted.lines === undefined ? [] : [counted.lines.bytes.buffer]);
  },
  sequenceAt: (context: QueryContext, recordedAt: Micros) => reader.sequenceAt(context, recordedAt),
  treeNodes: (context: QueryContext, level: number, from: number, count: number) =>
    reader.treeNodes(context, level, from, count),
  close: () => reader.close(),
};

export type ReaderMethods = typeof methods;

serveCalls(methods);
