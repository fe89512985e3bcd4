import { randomFillSync } from 'node:crypto';
import { workerData } from 'node:worker_threads';
import type { Micros } from '../../core/micros.ts';
import { serveCalls } from '../../runtime/serve-calls.ts';
import type { Erasure } from '../event-store.ts';
import type { PackedAppends } from './active/packed-appends.ts';
import type { CatalogueChange, FileSpan } from './catalogue.ts';
import { Writer, type WriterOptions } from './writer.ts';

let writer: Writer | undefined;

const methods = {
  open: () => {
    writer = new Writer(workerData as WriterOptions, (bytes) => void randomFillSync(bytes));
    return writer.openResult();
  },
  append: (packed: PackedAppends) => writer!.append(packed),
  findExisting: (organisation: string, eventIDs: readonly string[]) =>
    writer!.findExisting(organisation, eventIDs),
  rotateForErasure: (organisation: string, erasures: readonly Erasure[]) =>
    writer!.rotateForErasure(organisation, erasures),
  rotateExpired: (recordedBefore: Micros) => writer!.rotateExpired(recordedBefore),
  planSeal: (number: number) => writer!.planSeal(number),
  stage: (spans: readonly FileSpan[]) => writer!.stage(spans),
  publish: (change: CatalogueChange) => writer!.publish(change),
  forget: (fileIds: readonly number[]) => writer!.forget(fileIds),
  registerDatabases: () => writer!.registerDatabases(),
  forgetRestoration: () => writer!.forgetRestoration(),
  close: () => writer?.close(),
};

export type WriterMethods = typeof methods;

serveCalls(methods);
