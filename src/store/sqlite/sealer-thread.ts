import { setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import type { Micros } from '../../core/micros.ts';
import { serve } from '../../threads/serve.ts';
import type { Erasure, Expired, Range } from '../event-store.ts';
import { DataDirectory } from './data-directory.ts';
import type { LiveSegment } from './live/live-segment.ts';
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
  seal: (live: LiveSegment) => sealer.seal(live),
  holding: (segments: readonly SealedInfo[], log: number, range: Range) =>
    sealer.holding(segments, log, range),
  erase: (info: SealedInfo, log: number, erasures: readonly Erasure[]) =>
    sealer.erase(info, log, erasures),
  expired: (segments: readonly SealedInfo[], recordedBefore: Micros) =>
    sealer.expired(segments, recordedBefore),
  within: (segments: readonly SealedInfo[], expired: readonly Expired[]) =>
    sealer.within(segments, expired),
  drop: (info: SealedInfo) => sealer.drop(info),
  merge: (segments: readonly SealedInfo[]) => sealer.merge(segments),
  tidy: (shown: readonly SealedInfo[]) => sealer.tidy(shown),
};

export type SealerMethods = typeof methods;

serve(methods);
