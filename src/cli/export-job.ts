import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { ClientDependencies } from '../client/send-request.ts';
import { openZone, type Zone } from '../core/calendar.ts';
import { AnnalsError } from '../core/errors.ts';
import { type Micros, millisecond } from '../core/micros.ts';
import { parseSince, parseWindow, periodsOf, type Window, windowName } from '../core/window.ts';
import { nodeDisk } from '../export/disk.ts';
import { csvFormat } from '../export/formats/csv.ts';
import { jsonFormat } from '../export/formats/json.ts';
import { ndjsonFormat } from '../export/formats/ndjson.ts';
import { tcloudFormat } from '../export/formats/tcloud.ts';
import type { ExportQuery } from '../export/manifest.ts';
import { nameOutputs, type OutputNames } from '../export/output-names.ts';
import type { Compression } from '../export/sinks/block-writer.ts';
import type { Format, Source, Transform } from '../export/stages.ts';
import type { CliContext } from './cli-context.ts';
import { createSend, retrySettings } from './client-dependencies.ts';
import { type ExportFlags, outputFormatOf, type RequestFlags, splitOf } from './export-flags.ts';
import type { ProgressView } from './export-progress.ts';
import { filtersOf } from './filter-flags.ts';
import { toNativeDraft } from './native-draft.ts';
import {
  findTrail,
  type Mapping,
  nativeCsvLayout,
  type SourceFlags,
  type Trail,
} from './sources.ts';

export type ExportCommandFlags = ExportFlags & SourceFlags;

/** A checked command line. Nothing is sent or written yet. */
export interface ParsedExport {
  readonly flags: ExportCommandFlags;
  readonly trail: Trail;
  readonly zone: Zone;
  /** The window as of now. A resumed export keeps the window of its first run. */
  readonly window: Window;
  readonly compress: Compression | undefined;
  /** Everything that decides what is written, except the time from which `--since` counts back. */
  readonly query: Omit<ExportQuery, 'window'>;
  readonly fingerprint: string;
  /** For `--shape native` of a vendor's objects. */
  readonly mapping: Mapping | undefined;
}

/** Throws `invalid` for flags that contradict each other or cannot be used. */
export async function parseExport(
  commandFlags: ExportCommandFlags,
  context: CliContext,
): Promise<ParsedExport> {
  const flags = { ...commandFlags, ...(await asDirectory(commandFlags.output, context)) };
  const zone = openZone(flags.timezone);
  const window = parseWindow(flags, zone, context.clock());
  const { format, compress } = outputFormatOf(flags);
  const split = splitOf(flags);
  if (flags.output === '-') {
    const impossible = split ? `--${split}` : flags.resume === true ? '--resume' : undefined;
    if (impossible !== undefined) {
      throw new AnnalsError(
        'invalid',
        `Cannot use ${impossible} with --output -: give a file or directory`,
      );
    }
  }
  if (flags.skipEmpty === true && split === undefined) {
    throw new AnnalsError(
      'invalid',
      'Cannot use --skip-empty alone: it needs --daily, --weekly or --monthly',
    );
  }
  const trail = await findTrail(flags, context);
  checkProofFlags(flags, trail);
  const query = {
    origin: trail.origin,
    ...(flags.since !== undefined && { since: flags.since }),
    timezone: zone.name,
    split,
    filters: filtersOf(flags),
    format,
    envelope: flags.envelope,
    compress,
    shape: trail.loadMapping === undefined ? 'native' : flags.shape,
    ...(flags.redact !== undefined && { redact: flags.redact }),
  };
  const fingerprint = createHash('sha256')
    .update(
      JSON.stringify([
        ...[query, flags.from, flags.to, flags.output, flags.proof],
        ...(flags.skipEmpty === true ? ['skip-empty'] : []),
      ]),
    )
    .digest('hex')
    .slice(0, 16);
  const mapping = flags.shape === 'native' ? await trail.loadMapping?.() : undefined;
  return { flags, trail, zone, window, compress, query, fingerprint, mapping };
}

function checkProofFlags(
  { proof, redact, manifest, output }: ExportCommandFlags,
  trail: Trail,
): void {
  const reject = (what: string, why: string) => {
    throw new AnnalsError('invalid', `Cannot use ${what}: ${why}`);
  };
  if (trail.openProofs === undefined) {
    if (proof === true) reject('--proof', 'only --source annals can prove its trail');
    if (redact !== undefined)
      reject('--redact', 'only --source annals knows which fields are personal');
  }
  if (proof !== true) return;
  if (output === '-') reject('--proof with --output -', 'the proof is a file beside the files');
  if (!manifest)
    reject('--proof with --no-manifest', 'the manifest says which files belong together');
}

/** Adds the `/` to an output that is an existing directory. */
async function asDirectory(
  output: string | undefined,
  { cwd }: CliContext,
): Promise<{ output?: string }> {
  if (output === undefined || output === '-') return {};
  const path = resolve(cwd, output);
  return (await nodeDisk.isDirectory(path)) && !output.endsWith('/')
    ? { output: `${output}/` }
    : {};
}

/** The rest of an export, once its window and its start time are known. */
export interface PreparedExport {
  readonly open: (proved?: { readonly snapshot: number }) => Source;
  readonly dependencies: ClientDependencies;
  readonly transform: Transform | undefined;
  readonly window: Window;
  readonly query: ExportQuery;
  readonly outputs: OutputNames;
  readonly format: Format;
  readonly compress: Compression | undefined;
}

export function prepareExport(
  parsed: ParsedExport,
  { window, startedAt }: { readonly window: Window; readonly startedAt: Micros },
  context: CliContext,
  { note, isLive }: Pick<ProgressView, 'note' | 'isLive'>,
): PreparedExport {
  const { flags, trail, zone, compress, query, mapping } = parsed;
  const { filters, split } = query;
  const { format } = outputFormatOf(flags);
  const dependencies = clientDependencies(flags, trail, context, note);
  const open = (proofOf?: { readonly snapshot: number }) =>
    trail.open(dependencies, {
      window,
      filters,
      ...(flags.pageSize !== undefined && { pageSize: flags.pageSize }),
      ...(flags.redact !== undefined && { redact: flags.redact }),
      ...(proofOf && { proofOf }),
      countObjects: isLive,
    });
  // This sends no request, but rejects a filter that the vendor's events have no field for.
  open();
  return {
    dependencies,
    open,
    transform:
      mapping && ((entry) => ({ ...entry, text: JSON.stringify(toNativeDraft(mapping, entry)) })),
    window,
    query: { ...query, window },
    outputs: nameOutputs({
      cwd: context.cwd,
      output: flags.output === '-' ? undefined : flags.output,
      format,
      compress,
      periods: periodsOf(window, split, zone),
      windowName: windowName(window, zone),
      split: split !== undefined,
    }),
    format: formatOf(parsed, startedAt),
    compress,
  };
}

function formatOf({ flags, trail, query, mapping }: ParsedExport, startedAt: Micros): Format {
  if (flags.envelope === 'tcloud') {
    return tcloudFormat({
      exportedAt: startedAt,
      filters: query.filters,
      ...(flags.since !== undefined && { since: flags.since }),
      ...(flags.from !== undefined && { startDate: flags.from }),
      ...(flags.to !== undefined && { endDate: flags.to }),
    });
  }
  if (query.format === 'csv') return csvFormat(mapping === undefined ? trail.csv : nativeCsvLayout);
  return query.format === 'ndjson' ? ndjsonFormat : jsonFormat;
}

export function clientDependencies(
  flags: RequestFlags,
  trail: Pick<Trail, 'verifyCertificates'>,
  context: CliContext,
  notify: (text: string) => void,
): ClientDependencies {
  const { chunkDownloadTimeout: silence, retries } = flags;
  return {
    clock: context.clock,
    send: createSend(context, {
      ...(silence !== undefined && { idleMilliseconds: parseSince(silence) / millisecond }),
      ...(trail.verifyCertificates === false && { verifyCertificates: false }),
    }),
    retry: retrySettings(context, notify, retries),
  };
}
