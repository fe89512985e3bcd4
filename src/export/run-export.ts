import { join } from 'node:path';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { type Clock, formatInstant, type Micros } from '../core/micros.ts';
import type { Window } from '../core/window.ts';
import type { Disk } from './disk.ts';
import type { Limits } from './limits.ts';
import { manifestText, type Question } from './manifest.ts';
import type { Outputs } from './naming.ts';
import type { ProofFacts, Prover } from './proving/prover.ts';
import type { Compression } from './sinks/blocks.ts';
import { FileSink } from './sinks/files.ts';
import { Spill } from './sorting/spill.ts';
import type { Batch, Entry, FileFacts, Format, Sink, Source, Transform } from './stages.ts';
import { type Sight, Watcher } from './watcher.ts';
import type { Workplace } from './workplace.ts';

export interface ExportWorld {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly limits: Limits;
  readonly watch: (sight: Sight) => void;
}

/** From where to where. */
export interface Pouring {
  readonly source: Source;
  readonly transform: Transform | undefined;
  readonly window: Window;
}

export interface FileExport extends Pouring {
  readonly question: Question;
  readonly outputs: Outputs;
  readonly format: Format;
  readonly compress: Compression | undefined;
  readonly manifest: boolean;
  /** Makes the proof that goes with the files; absent when none was asked for. */
  readonly prover?: Prover;
  /** The line that continues this export, for the manifest of one that was not finished. */
  readonly continueWith: string;
}

/**
 * Exports into files. Resolved when all of them and the manifest are whole and durable. When it rejects, what was made
 * safe lies in the workplace for a later run, and the manifest says that the export is incomplete.
 */
export async function exportToFiles(
  job: FileExport,
  workplace: Workplace,
  world: ExportWorld,
): Promise<readonly FileFacts[]> {
  const { disk, clock, limits } = world;
  const { source, outputs, prover } = job;
  const { journal, progress } = workplace;
  const watcher = watcherOf(job, world);
  const sink = await FileSink.open(
    {
      disk,
      clock,
      limits,
      journal,
      directory: outputs.directory,
      workDirectory: workplace.directory,
      parts: outputs.parts,
      format: job.format,
      compress: job.compress,
      placeAfter: source.order === 'oldest-first' ? (entry) => source.placeAfter(entry) : undefined,
      ...(prover !== undefined && { secure: () => prover.flush() }),
      onFile: (name) => watcher.begin(name),
    },
    progress,
  );
  try {
    if (sink.files.length < outputs.parts.length) await pour(job, sink, workplace, watcher, world);
    const files = await sink.finish();
    const proof = await prover?.finish(outputs.directory, outputs.proof, countOf(files));
    await writeManifest(job, workplace, disk, files, { ...(proof && { proof }) });
    await workplace.clear();
    return files;
  } catch (error) {
    await sink.abandon();
    if (isRefusal(error) && progress.plan === undefined && watcher.nothingReceived) {
      // Nothing was begun, so there is nothing to go on with and nothing to tell of.
      await workplace.clear().catch(() => undefined);
      throw error;
    }
    const reason = world.signal.aborted ? 'interrupted' : messageOf(error);
    await writeManifest(job, workplace, disk, sink.files, { reason }).catch(() => undefined);
    await workplace.leave();
    throw error;
  }
}

/** Whether whoever asks was turned away: another run with the same credential would be too. */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof AnnalsError && (error.code === 'unauthenticated' || error.code === 'forbidden')
  );
}

/** Exports to a stream. A failure leaves what was written there as it is, and no trace on disk. */
export async function exportToSink(
  job: Pouring,
  sink: Sink,
  workplace: Workplace,
  world: ExportWorld,
): Promise<readonly FileFacts[]> {
  try {
    await pour(job, sink, workplace, watcherOf(job, world), world);
    return await sink.finish();
  } finally {
    await sink.abandon();
    await workplace.clear().catch(() => undefined);
  }
}

const watcherOf = ({ source, window }: Pouring, { watch }: ExportWorld): Watcher =>
  new Watcher(window, source.order === 'oldest-first', watch);

/** Reads the source, as far as that was not done before, and hands everything to the sink, oldest first. */
async function pour(
  job: Pouring & Pick<FileExport, 'prover'>,
  sink: Sink,
  workplace: Workplace,
  watcher: Watcher,
  world: ExportWorld,
): Promise<void> {
  const { source, prover } = job;
  const { disk, clock, limits, signal } = world;
  const { journal, progress, directory: workDirectory } = workplace;
  const received = () => inWindow(source.read(progress.position, signal), job, watcher, signal);
  if (source.order === 'oldest-first') {
    let last = Number.NEGATIVE_INFINITY;
    let { keptFrom } = progress;
    const noteKept = async () => {
      if (source.log?.keptFrom === undefined || source.log.keptFrom === keptFrom) return;
      keptFrom = source.log.keptFrom;
      await journal.append({ kind: 'kept', from: keptFrom });
    };
    for await (const { entries } of received()) {
      last = checkOrder(entries, last);
      await noteKept();
      await prover?.add(entries);
      await sink.write(entries);
    }
    await noteKept();
    return;
  }
  const spill = new Spill({ disk, clock, limits, journal, workDirectory }, progress);
  if (!progress.fetched) {
    try {
      for await (const batch of received()) await spill.add(batch);
    } finally {
      // Also when the source gave up: what it sent so far need not be asked for again.
      await spill.flush();
    }
    await journal.append({ kind: 'fetched' });
  }
  for await (const entries of spill.sorted()) {
    signal.throwIfAborted();
    await sink.write(entries);
    watcher.wrote(entries);
  }
}

/** Transforms what arrives and leaves out what lies outside the window. */
async function* inWindow(
  batches: AsyncIterable<Batch>,
  { window: { from, to }, transform }: Pouring,
  watcher: Watcher,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    signal.throwIfAborted();
    const within = batch.entries.filter(({ at }) => at >= from && at < to);
    const entries = transform === undefined ? within : within.map(transform);
    watcher.received(batch, entries);
    yield { ...batch, entries };
  }
}

/** Throws `corrupt` when an entry is older than the one before it; gives the time of the last one. */
function checkOrder(entries: readonly Entry[], before: Micros): Micros {
  let last = before;
  for (const { at, id } of entries) {
    if (at < last) {
      throw new AnnalsError(
        'corrupt',
        `Cannot export: the source sent ${id} of ${formatInstant(at)} after one of ${formatInstant(last)}, though it promised the oldest first`,
      );
    }
    last = at;
  }
  return last;
}

const countOf = (files: readonly FileFacts[]): number =>
  files.reduce((sum, { entries }) => sum + entries, 0);

async function writeManifest(
  job: FileExport,
  { plan, directory, progress }: Workplace,
  disk: Disk,
  files: readonly FileFacts[],
  { proof, reason }: { readonly proof?: ProofFacts; readonly reason?: string },
): Promise<void> {
  if (!job.manifest) return;
  const { question, outputs, source, continueWith } = job;
  const text = manifestText({
    question,
    mark: plan.question,
    shares: source.filters,
    startedAt: plan.startedAt,
    parts: outputs.parts,
    files,
    ...(proof && { proof }),
    keptFrom: source.log?.keptFrom ?? progress.keptFrom,
    ...(reason !== undefined && { incomplete: { reason, continueWith } }),
  });
  const working = join(directory, 'manifest');
  const file = await disk.append(working, 0);
  try {
    await file.write(Buffer.from(text));
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(working, join(outputs.directory, outputs.manifest));
  await disk.syncDirectory(outputs.directory);
}
