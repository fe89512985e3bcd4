import { setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import type { Micros } from '../../core/micros.ts';
import { serveCalls } from '../../runtime/serve-calls.ts';
import type { Erasure, ExpiredRange, Range } from '../event-store.ts';
import type { ActiveSegment } from './active/active-segment.ts';
import { DataDirectory } from './data-directory.ts';
import type { SealedInfo } from './sealed/sealed-segment.ts';
import { Sealer } from './sealer.ts';
import type { SegmentLimits } from './writer.ts';

/** What the sealer's thread is started with. */
export interface SealerData extends SegmentLimits {
  readonly directory: string;
}

// On Linux this is the priority of this thread alone; sealing can wait, appends and answers cannot.
if (process.platform === 'linux') setPriority(10);

const { directory, ...limits } = workerData as SealerData;
const sealer = new Sealer(new DataDirectory(directory), limits);

const methods = {
  seal: (live: ActiveSegment) => sealer.seal(live),
  holding: (segments: readonly SealedInfo[], log: number, range: Range) =>
    sealer.segmentsWith(segments, log, range),
  erase: (info: SealedInfo, log: number, erasures: readonly Erasure[]) =>
    sealer.erase(info, log, erasures),
  expired: (segments: readonly SealedInfo[], recordedBefore: Micros) =>
    sealer.expiredRanges(segments, recordedBefore),
  within: (segments: readonly SealedInfo[], expired: readonly ExpiredRange[]) =>
    sealer.segmentsWithin(segments, expired),
  drop: (info: SealedInfo) => sealer.drop(info),
  merge: (segments: readonly SealedInfo[]) => sealer.compact(segments),
  tidy: (shown: readonly SealedInfo[]) => sealer.removeObsolete(shown),
};

export type SealerMethods = typeof methods;

serveCalls(methods);
