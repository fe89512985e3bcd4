import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { AnnalsError, messageOf, transientCodes } from '../core/errors.ts';
import { formatInstant, type Micros, second } from '../core/micros.ts';
import { sinceHint } from '../core/window.ts';
import { type Disk, nodeDisk, systemErrorCode } from '../export/disk.ts';
import type { PlanRecord } from '../export/journal.ts';
import { defaultLimits } from '../export/limits.ts';
import { isCompleteManifest, shortfallSentence } from '../export/manifest.ts';
import { type OutputNames, outputDirectory } from '../export/output-names.ts';
import type { Prover } from '../export/proofs/prover.ts';
import {
  type ExportEnvironment,
  exportToFiles,
  exportToSink,
  isAccessDenied,
} from '../export/run-export.ts';
import { streamSink } from '../export/sinks/stream-sink.ts';
import type { FileFacts, OutputFile, Shortfall, Source } from '../export/stages.ts';
import {
  openWorkDirectory,
  type WorkDirectory,
  workDirectoryPath,
} from '../export/work-directory.ts';
import { type CliContext, Exit, exitCodes } from './cli-context.ts';
import { exportedQueryOf } from './event-query.ts';
import { addExportOptions } from './export-flags.ts';
import {
  type ExportCommandFlags,
  type ParsedExport,
  type PreparedExport,
  parseExport,
  prepareExport,
} from './export-job.ts';
import { openProgress, type ProgressView } from './export-progress.ts';
import { counted, formatBytes, formatCount, formatDuration } from './quantities.ts';
import { isSecretFlag } from './secrets.ts';
import { addSourceOptions } from './sources.ts';

/** `annals export`: writes a trail, ours or a vendor's, into files, with no gaps and no duplicates. It can be resumed. */
export function exportCommand(context: CliContext): Command {
  const command = new Command('export')
    .addHelpText(
      'after',
      `
Without --output the files are audit-logs-<period>.json in this directory. A
manifest beside them has counts and hashes, and says whether the export is
complete. Files appear only when they are whole. Data goes to stdout only with
--output -. Progress goes to stderr.

Exit codes: 0 complete, 1 failed, 2 wrong usage, 3 incomplete (run it again with
--resume), 4 not allowed, 130 interrupted.

Examples:
  $ annals export --since 24h
  $ annals export --from 2026-06-01 --to 2026-06-30 --daily --output backup/
  $ annals export --since 7d --action DELETE --output - | jq length
  $ annals export --from 2026-01-01 --to 2026-03-31 --monthly \\
      --format ndjson --compress zstd --resume
  $ annals export --from 2026-06-01 --to 2026-06-30 --proof --redact personal
  $ annals export --source upcloud --since 30d --daily --output upcloud/`,
    )
    .action((flags: ExportCommandFlags) => runExportCommand(flags, command, context));
  return addSourceOptions(addExportOptions(command));
}

async function runExportCommand(
  flags: ExportCommandFlags,
  command: Command,
  context: CliContext,
): Promise<void> {
  const parsed = await parseExport(flags, context);
  const view = openProgress(context.stderr, context.clock, flags.quiet === true);
  const hint = flags.since === undefined ? undefined : sinceHint(flags.since);
  if (hint !== undefined) view.note(hint);
  const world: ExportEnvironment = {
    disk: nodeDisk,
    clock: context.clock,
    signal: context.signal,
    limits: defaultLimits,
    onProgress: (progress) => view.show(progress),
  };
  const startedAt = context.clock();
  const exported = await (flags.output === '-'
    ? exportToStdout(parsed, context, view, world)
    : exportToOutput(parsed, resumeCommandLine(command), context, view, world));
  view.end();
  const { to } = parsed.window;
  if (to > context.clock() + second) {
    view.note(
      `The time range ends in the future: events until ${formatInstant(to)} are not in this export`,
    );
  }
  view.note(
    exported === undefined
      ? 'Nothing to do: by its manifest this export is complete'
      : summary(exported.files, context.clock() - startedAt),
  );
  if (exported?.files.every(({ entries }) => entries === 0)) await noteWhyEmpty(parsed, view);
  if (exported?.shortfall === undefined) return;
  const overwrite = flags.output === '-' ? '' : ', with --overwrite';
  throw new Exit(
    exitCodes.incomplete,
    `Everything that the source gave is exported, but ${shortfallSentence(exported.shortfall)}. Try again later${overwrite}`,
  );
}

/** Not with --quiet: nobody would see it. */
async function noteWhyEmpty(
  { trail, flags, query, window }: ParsedExport,
  view: ProgressView,
): Promise<void> {
  if (flags.quiet === true) return;
  const why = await trail.explainEmpty?.(exportedQueryOf(query.filters, window));
  if (why) view.note(why);
}

interface Exported {
  readonly files: readonly FileFacts[];
  readonly shortfall: Shortfall | undefined;
}

async function exportToStdout(
  parsed: ParsedExport,
  context: CliContext,
  view: ProgressView,
  world: ExportEnvironment,
): Promise<Exported> {
  const plan = planOf(parsed, context);
  const { open, outputs, format, compress, ...job } = prepareExport(parsed, plan, context, view);
  const suffix = Buffer.alloc(8);
  context.random(suffix);
  const temporary = workDirectoryPath(context.env.TMPDIR ?? tmpdir(), suffix.toString('hex'));
  const work = await openWorkDirectory(world.disk, temporary, plan, false);
  const sink = streamSink(
    context.stdout,
    outputs.files[0] as OutputFile,
    format,
    compress,
    world.limits,
  );
  const source = open();
  try {
    const files = await exportToSink({ ...job, source }, sink, work, world);
    noteDropped(source, view);
    return { files, shortfall: source.shortfall };
  } catch (error) {
    view.end();
    throw exitOf(error, context.signal, '\nThe data on stdout is not complete.');
  }
}

/** Returns undefined when an earlier run was complete. */
async function exportToOutput(
  parsed: ParsedExport,
  continueWith: string,
  context: CliContext,
  view: ProgressView,
  world: ExportEnvironment,
): Promise<Exported | undefined> {
  const { flags, fingerprint } = parsed;
  const { disk } = world;
  const directory = workDirectoryPath(outputDirectory(context.cwd, flags.output), fingerprint);
  const resume = flags.resume === true;
  const work = await openWorkDirectory(disk, directory, planOf(parsed, context), resume);
  let job: PreparedExport;
  try {
    job = prepareExport(parsed, work.plan, context, view);
    if (work.state.plan === undefined) {
      if (resume && flags.since === undefined && (await isComplete(job, fingerprint, disk))) {
        await work.remove();
        return undefined;
      }
      if (flags.overwrite !== true) await checkNoOverwrite(job.outputs, disk);
    }
  } catch (error) {
    await work.remove();
    throw error;
  }
  try {
    const prover = await openProver(parsed, job, work, world);
    const source = job.open(prover);
    const files = await exportToFiles(
      {
        ...job,
        source,
        manifest: flags.manifest,
        skipEmpty: flags.skipEmpty === true,
        continueWith,
        ...(prover && { prover }),
      },
      work,
      world,
    );
    noteDropped(source, view);
    return { files, shortfall: source.shortfall ?? work.state.shortfall };
  } catch (error) {
    view.end();
    // An export that was rejected at its start has nothing to continue.
    const begun = await disk.isDirectory(directory);
    throw exitOf(error, context.signal, begun ? `\nContinue with: ${continueWith}` : '');
  }
}

/** Undefined without `--proof`. When it fails, the work of an earlier run stays for a later one. */
async function openProver(
  { flags, trail }: ParsedExport,
  { dependencies }: PreparedExport,
  work: WorkDirectory,
  { disk, clock, limits, signal }: ExportEnvironment,
): Promise<Prover | undefined> {
  if (flags.proof !== true) return undefined;
  const server = await trail.openProofs?.(dependencies);
  if (server === undefined) return undefined;
  const redacted = flags.redact !== undefined;
  const { Prover } = await import('../export/proofs/prover.ts');
  try {
    return await Prover.open({ server, work, disk, clock, limits, redacted, signal });
  } catch (error) {
    await work.close();
    throw error;
  }
}

function planOf({ fingerprint, window }: ParsedExport, { clock }: CliContext): PlanRecord {
  return { kind: 'plan', question: fingerprint, startedAt: clock(), window };
}

/** Only for a window with fixed ends: one that counts back from now is another one each time. */
async function isComplete(
  { outputs: { directory, manifest }, window }: PreparedExport,
  fingerprint: string,
  disk: Disk,
): Promise<boolean> {
  const text = await disk.readText(join(directory, manifest));
  return text !== undefined && isCompleteManifest(text, fingerprint, window);
}

async function checkNoOverwrite({ directory, files }: OutputNames, disk: Disk): Promise<void> {
  for (const { name } of files) {
    const path = join(directory, name);
    // Nothing is lost with an empty file, such as one of mktemp.
    if (((await disk.size(path)) ?? 0) > 0) {
      throw new Exit(
        exitCodes.usage,
        `Cannot write ${path}: it exists. Give another --output, or --overwrite to replace it`,
      );
    }
  }
}

/** Notes what the source had dropped: the export has all that is left of the window. */
function noteDropped({ log }: Source, view: ProgressView): void {
  if (log?.keptFrom === undefined) return;
  view.note(
    `Events of this window before sequence ${formatCount(log.keptFrom)} are missing: the server had dropped them, because their retention was over`,
  );
}

const fullDisk = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE']);

/** The exit code and message of a failed export. */
function exitOf(error: unknown, signal: AbortSignal, advice: string): Exit {
  const because = `${messageOf(error)}${advice}`;
  if (signal.aborted) return new Exit(exitCodes.interrupted, `interrupted${advice}`, error);
  if (error instanceof AnnalsError) {
    if (isAccessDenied(error)) return new Exit(exitCodes.notAllowed, because, error);
    if (transientCodes.has(error.code)) return new Exit(exitCodes.incomplete, because, error);
  }
  if (fullDisk.has(systemErrorCode(error) ?? ''))
    return new Exit(exitCodes.incomplete, because, error);
  return new Exit(exitCodes.failed, messageOf(error), error);
}

/** The command line of the user, without secrets, and with `--resume`. */
function resumeCommandLine(command: Command): string {
  const line = ['annals', 'export'];
  for (const option of command.options) {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== 'cli' || isSecretFlag(name)) continue;
    const value: unknown = command.getOptionValue(name);
    const flag = option.long ?? option.short ?? '';
    if (name === 'resume' || option.negate !== (value === false)) continue;
    if (typeof value === 'boolean') line.push(flag);
    else line.push(flag, shellQuoted(Array.isArray(value) ? value.join(',') : String(value)));
  }
  return [...line, '--resume'].join(' ');
}

const shellQuoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

function summary(all: readonly FileFacts[], elapsed: Micros): string {
  const files = all.filter(({ skipped }) => skipped !== true);
  const sum = (of: (file: FileFacts) => number) =>
    files.reduce((total, file) => total + of(file), 0);
  const entries = sum((file) => file.entries);
  const empty = all.length - files.length;
  const skipped = empty === 0 ? '' : `, ${counted(empty, 'empty period')} without one`;
  return `${counted(entries, 'entry', 'entries')} in ${counted(files.length, 'file')}${skipped}, ${formatBytes(sum((file) => file.bytes))}, ${formatDuration(elapsed / second)}`;
}
