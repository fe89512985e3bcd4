import { randomFillSync } from 'node:crypto';
import { workerData } from 'node:worker_threads';
import type { Micros } from '../../core/micros.ts';
import { collectGarbage } from '../../runtime/collect-garbage.ts';
import { serveCalls } from '../../runtime/serve-calls.ts';
import type { Erasure } from '../event-store.ts';
import type { PackedAppends } from './active/packed-appends.ts';
import type { SealedInfo } from './sealed/sealed-segment.ts';
import type { SealResult } from './sealer.ts';
import { type DroppedSegments, Writer, type WriterOptions } from './writer.ts';

let writer: Writer | undefined;

const methods = {
  open: () => {
    writer = new Writer(workerData as WriterOptions, (bytes) => void randomFillSync(bytes));
    return writer.openResult();
  },
  append: (packed: PackedAppends) => writer!.append(packed),
  findExisting: (organisation: string, eventIDs: readonly string[]) =>
    writer!.findExisting(organisation, eventIDs),
  setAside: (organisation: string, erasures: readonly Erasure[]) =>
    writer!.rotateForErasure(organisation, erasures),
  setAsideExpired: (recordedBefore: Micros) => writer!.rotateExpired(recordedBefore),
  replaced: (segment: SealedInfo) => writer!.segmentReplaced(segment),
  dropped: (dropped: DroppedSegments) => writer!.dropped(dropped),
  sealed: (sealed: SealResult) => {
    writer!.segmentSealed(sealed);
    // Its columns are 25 MB behind a small object.
    collectGarbage();
  },
  close: () => writer?.close(),
};

export type WriterMethods = typeof methods;

serveCalls(methods);
