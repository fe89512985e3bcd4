import { setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import type { Micros } from '../../core/micros.ts';
import { serveCalls } from '../../runtime/serve-calls.ts';
import type { Erasure, ExpiredRange, Range } from '../event-store.ts';
import type { ActiveSegment } from './active/active-segment.ts';
import type { CatalogueFile } from './catalogue.ts';
import { DataDirectory } from './data-directory.ts';
import type { SealedInfo } from './sealed/sealed-segment.ts';
import { Sealer, type SealPlan, type SegmentLimits } from './sealer.ts';

/** What the sealer's thread is started with. */
export interface SealerData extends SegmentLimits {
  readonly directory: string;
}

// On Linux this is the priority of this thread alone; sealing can wait, appends and answers cannot.
if (process.platform === 'linux') setPriority(10);

const { directory, ...limits } = workerData as SealerData;
const sealer = new Sealer(new DataDirectory(directory), limits);

const methods = {
  seal: (segment: ActiveSegment, plan: SealPlan) => sealer.seal(segment, plan),
  segmentsWith: (segments: readonly SealedInfo[], log: number, range: Range) =>
    sealer.segmentsWith(segments, log, range),
  erase: (info: SealedInfo, log: number, erasures: readonly Erasure[], output: CatalogueFile) =>
    sealer.erase(info, log, erasures, output),
  expiredRanges: (segments: readonly SealedInfo[], recordedBefore: Micros) =>
    sealer.expiredRanges(segments, recordedBefore),
  segmentsWithin: (segments: readonly SealedInfo[], expired: readonly ExpiredRange[]) =>
    sealer.segmentsWithin(segments, expired),
  drop: (info: SealedInfo, output: CatalogueFile) => sealer.drop(info, output),
  neighboursToCompact: (segments: readonly SealedInfo[]) => sealer.neighboursToCompact(segments),
  compact: (segments: readonly SealedInfo[], output: CatalogueFile) =>
    sealer.compact(segments, output),
  remove: (files: readonly CatalogueFile[]) => sealer.remove(files),
};

export type SealerMethods = typeof methods;

serveCalls(methods);
