import { join } from 'node:path';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { type Clock, formatInstant, type Micros } from '../core/micros.ts';
import type { Window } from '../core/window.ts';
import { writeFileAtomically } from '../runtime/write-file-atomically.ts';
import type { Disk } from './disk.ts';
import type { ExportLimits } from './limits.ts';
import { type ExportQuery, manifestText } from './manifest.ts';
import type { OutputNames } from './output-names.ts';
import { type ExportProgress, ProgressTracker } from './progress.ts';
import type { ProofFacts, Prover } from './proofs/prover.ts';
import type { Compression } from './sinks/block-writer.ts';
import { FileSink } from './sinks/file-sink.ts';
import { ExternalSorter } from './sorting/external-sorter.ts';
import type { Batch, Entry, FileFacts, Format, Sink, Source, Transform } from './stages.ts';
import type { WorkDirectory } from './work-directory.ts';

export interface ExportEnvironment {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly limits: ExportLimits;
  readonly onProgress: (progress: ExportProgress) => void;
}

/** What is exported. */
export interface ExportInput {
  readonly source: Source;
  readonly transform: Transform | undefined;
  readonly window: Window;
}

export interface FileExport extends ExportInput {
  readonly query: ExportQuery;
  readonly outputs: OutputNames;
  readonly format: Format;
  readonly compress: Compression | undefined;
  readonly manifest: boolean;
  /** Whether a period without entries has no file. */
  readonly skipEmpty?: boolean;
  /** Writes the proof that goes with the files; absent without `--proof`. */
  readonly prover?: Prover;
  /** The command line that continues this export, for the manifest of one that was not finished. */
  readonly continueWith: string;
}

/**
 * Exports into files. Resolved when all of them and the manifest are whole and durable; the manifest says that the export is
 * not complete if `source.shortfall` is set then, or `work.state.shortfall` of an earlier run. When it rejects, what is durable
 * stays in the work directory for a later run, and the manifest says that the export is incomplete.
 */
export async function exportToFiles(
  job: FileExport,
  work: WorkDirectory,
  environment: ExportEnvironment,
): Promise<readonly FileFacts[]> {
  const { disk, clock, limits } = environment;
  const { source, outputs, prover } = job;
  const { journal, state } = work;
  const tracker = createTracker(job, work, environment);
  const sink = await FileSink.open(
    {
      disk,
      clock,
      limits,
      journal,
      directory: outputs.directory,
      workDirectory: work.path,
      outputFiles: outputs.files,
      format: job.format,
      compress: job.compress,
      skipEmpty: job.skipEmpty === true,
      positionAfter:
        source.order === 'oldest-first' ? (entry) => source.positionAfter(entry) : undefined,
      ...(prover !== undefined && { beforeFlush: () => prover.flush() }),
      onFile: (name) => tracker.beginFile(name),
    },
    state,
  );
  try {
    if (sink.files.length < outputs.files.length)
      await copyEntries(job, sink, work, tracker, environment);
    const files = await sink.finish();
    const proof = await prover?.finish(outputs.directory, outputs.proof, countOf(files));
    await writeManifest(job, work, disk, files, { ...(proof && { proof }) });
    await work.remove();
    return files;
  } catch (error) {
    await sink.abandon();
    const isHopeless = isAccessDenied(error) || (error instanceof AnnalsError && error.isPermanent);
    if (isHopeless && state.plan === undefined && tracker.nothingReceived) {
      // Nothing was begun, so there is nothing to continue and nothing to report.
      await work.remove().catch(() => undefined);
      throw error;
    }
    const reason = environment.signal.aborted ? 'interrupted' : messageOf(error);
    await writeManifest(job, work, disk, sink.files, { reason }).catch(() => undefined);
    await work.close();
    throw error;
  }
}

/** Whether the credential was rejected: it would be in another run too. */
export function isAccessDenied(error: unknown): boolean {
  return (
    error instanceof AnnalsError && (error.code === 'unauthenticated' || error.code === 'forbidden')
  );
}

/** Exports to a stream. A failure leaves what was written there as it is, and nothing on disk. */
export async function exportToSink(
  job: ExportInput,
  sink: Sink,
  work: WorkDirectory,
  environment: ExportEnvironment,
): Promise<readonly FileFacts[]> {
  try {
    await copyEntries(job, sink, work, createTracker(job, work, environment), environment);
    return await sink.finish();
  } finally {
    await sink.abandon();
    await work.remove().catch(() => undefined);
  }
}

function createTracker(
  { source }: ExportInput,
  { state: { files, openFile, runs } }: WorkDirectory,
  { onProgress }: ExportEnvironment,
): ProgressTracker {
  const durable = [...files, ...(openFile === undefined ? [] : [openFile]), ...runs];
  const earlier = durable.reduce((sum, { entries }) => sum + entries, 0);
  return new ProgressTracker(source.order === 'oldest-first', earlier, onProgress);
}

/** Reads what an earlier run has not read of the source, and gives everything to the sink, oldest first. */
async function copyEntries(
  job: ExportInput & Pick<FileExport, 'prover'>,
  sink: Sink,
  work: WorkDirectory,
  tracker: ProgressTracker,
  environment: ExportEnvironment,
): Promise<void> {
  const { source, prover } = job;
  const { disk, clock, limits, signal } = environment;
  const { journal, state, path: workDirectory } = work;
  const received = () => entriesInWindow(source.read(state.position, signal), job, tracker, signal);
  if (source.order === 'oldest-first') {
    let last = Number.NEGATIVE_INFINITY;
    let { keptFrom } = state;
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
  const sorter = new ExternalSorter({ disk, clock, limits, journal, workDirectory }, state);
  if (!state.fetched) {
    try {
      for await (const batch of received()) await sorter.add(batch);
    } finally {
      // Also when the source has failed: what it sent so far need not be requested again.
      await sorter.flush();
    }
    const { shortfall } = source;
    await journal.append({ kind: 'fetched', ...(shortfall && { shortfall }) });
  }
  for await (const entries of sorter.sorted()) {
    signal.throwIfAborted();
    await sink.write(entries);
    tracker.written(entries, sorter.entries);
  }
}

/** Transforms what arrives and leaves out what is outside the window. */
async function* entriesInWindow(
  batches: AsyncIterable<Batch>,
  { window: { from, to }, transform }: ExportInput,
  tracker: ProgressTracker,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    signal.throwIfAborted();
    const within = batch.entries.filter(({ at }) => at >= from && at < to);
    const entries = transform === undefined ? within : within.map(transform);
    tracker.received(batch, entries);
    yield { ...batch, entries };
  }
}

/** Throws `corrupt` when an entry is older than the one before it. Returns the time of the last one. */
function checkOrder(entries: readonly Entry[], before: Micros): Micros {
  let last = before;
  for (const { at, id } of entries) {
    if (at < last) {
      throw new AnnalsError(
        'corrupt',
        `Cannot export: the source sent ${id} of ${formatInstant(at)} after one of ${formatInstant(last)}, but it promised the oldest first`,
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
  { plan, path, state }: WorkDirectory,
  disk: Disk,
  files: readonly FileFacts[],
  { proof, reason }: { readonly proof?: ProofFacts; readonly reason?: string },
): Promise<void> {
  if (!job.manifest) return;
  const { query, outputs, source, continueWith } = job;
  const shortfall = source.shortfall ?? state.shortfall;
  const text = manifestText({
    query,
    fingerprint: plan.question,
    appliedFilters: source.filters,
    startedAt: plan.startedAt,
    outputFiles: outputs.files,
    files,
    ...(proof && { proof }),
    keptFrom: source.log?.keptFrom ?? state.keptFrom,
    ...(reason !== undefined && { incomplete: { reason, continueWith } }),
    ...(reason === undefined && shortfall && { shortfall }),
  });
  await writeFileAtomically(join(outputs.directory, outputs.manifest), text, {
    disk,
    temporaryPath: join(path, 'manifest'),
  });
}
