import { workerData } from 'node:worker_threads';
import type { Facet } from '../../core/facets.ts';
import type { Filter } from '../../core/filter.ts';
import type { Micros } from '../../core/micros.ts';
import { collectGarbage } from '../../threads/collect.ts';
import { serve } from '../../threads/serve.ts';
import { transferring } from '../../threads/transfer.ts';
import type { LinesQuery, ListQuery, Packing, Range } from '../event-store.ts';
import { DataDirectory } from './data-directory.ts';
import { type Asked, Reader, type View } from './reader.ts';

/** What a reader thread is started with. */
export interface ReaderData {
  readonly directory: string;
  readonly view: View;
  readonly queryMillis: number;
}

const { directory, view, queryMillis } = workerData as ReaderData;
const reader = new Reader(new DataDirectory(directory), view, queryMillis);

const methods = {
  show: (view: View) => {
    reader.show(view);
    // The columns of a segment that is sealed now are 25 MB behind a small object.
    collectGarbage();
  },
  settle: () => reader.settle(),
  get: (asked: Asked, eventID: string) => reader.get(asked, eventID),
  list: (asked: Asked, query: ListQuery) => reader.list(asked, query),
  count: (asked: Asked, filter: Filter, sequences: Range) => reader.count(asked, filter, sequences),
  distinct: (asked: Asked, facet: Facet, filter: Filter, limit?: number) =>
    reader.distinct(asked, facet, filter, limit),
  scanPage: (asked: Asked, range: Range, filter: Filter) => reader.scanPage(asked, range, filter),
  listLines: async (asked: Asked, query: LinesQuery, packing: Packing) => {
    const lines = await reader.listLines(asked, query, packing);
    return lines && transferring(lines, [lines.bytes.buffer]);
  },
  sequenceAt: (asked: Asked, recordedAt: Micros) => reader.sequenceAt(asked, recordedAt),
  treeNodes: (asked: Asked, level: number, from: number, count: number) =>
    reader.treeNodes(asked, level, from, count),
  close: () => reader.close(),
};

export type ReaderMethods = typeof methods;

serve(methods);
