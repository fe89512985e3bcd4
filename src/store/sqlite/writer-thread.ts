import { randomFillSync } from 'node:crypto';
import { workerData } from 'node:worker_threads';
import type { Micros } from '../../core/micros.ts';
import { collectGarbage } from '../../threads/collect.ts';
import { serve } from '../../threads/serve.ts';
import type { Erasure } from '../event-store.ts';
import type { PackedAppends } from './live/packed-appends.ts';
import type { SealedInfo } from './sealed/sealed-segment.ts';
import type { Sealed } from './sealer.ts';
import { type DroppedSegments, Writer, type WriterOptions } from './writer.ts';

let writer: Writer | undefined;

const methods = {
  open: () => {
    writer = new Writer(workerData as WriterOptions, (bytes) => void randomFillSync(bytes));
    return writer.opened();
  },
  append: (packed: PackedAppends) => writer!.append(packed),
  findExisting: (organisation: string, eventIDs: readonly string[]) =>
    writer!.findExisting(organisation, eventIDs),
  setAside: (organisation: string, erasures: readonly Erasure[]) =>
    writer!.setAside(organisation, erasures),
  setAsideExpired: (recordedBefore: Micros) => writer!.setAsideExpired(recordedBefore),
  replaced: (segment: SealedInfo) => writer!.replaced(segment),
  dropped: (dropped: DroppedSegments) => writer!.dropped(dropped),
  sealed: (sealed: Sealed) => {
    writer!.sealed(sealed);
    // Its columns are 25 MB behind a small object.
    collectGarbage();
  },
  close: () => writer?.close(),
};

export type WriterMethods = typeof methods;

serve(methods);
