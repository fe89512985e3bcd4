import { workerData } from 'node:worker_threads';
import type { Facet } from '../../core/facets.ts';
import type { Filter } from '../../core/filter.ts';
import type { Micros } from '../../core/micros.ts';
import { serve } from '../../threads/serve.ts';
import { transferring } from '../../threads/transfer.ts';
import type { LinesQuery, ListQuery, Packing, Range } from '../event-store.ts';
import { DataDirectory } from './data-directory.ts';
import { Reader, type View } from './reader.ts';

/** What a reader thread is started with. */
export interface ReaderData {
  readonly directory: string;
  readonly view: View;
  readonly queryMillis: number;
}

const { directory, view, queryMillis } = workerData as ReaderData;
const reader = new Reader(new DataDirectory(directory), view, queryMillis);

const methods = {
  show: (view: View) => reader.show(view),
  settle: () => reader.settle(),
  get: (log: number, eventID: string) => reader.get(log, eventID),
  list: (log: number, query: ListQuery) => reader.list(log, query),
  count: (log: number, filter: Filter, sequences: Range) => reader.count(log, filter, sequences),
  distinct: (log: number, facet: Facet, filter: Filter, limit?: number) =>
    reader.distinct(log, facet, filter, limit),
  scanPage: (log: number, range: Range, filter: Filter) => reader.scanPage(log, range, filter),
  listLines: async (log: number, query: LinesQuery, packing: Packing) => {
    const lines = await reader.listLines(log, query, packing);
    return lines && transferring(lines, [lines.bytes.buffer]);
  },
  sequenceAt: (log: number, recordedAt: Micros) => reader.sequenceAt(log, recordedAt),
  treeNodes: (log: number, level: number, from: number, count: number) =>
    reader.treeNodes(log, level, from, count),
  close: () => reader.close(),
};

export type ReaderMethods = typeof methods;

serve(methods);
