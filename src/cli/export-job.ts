import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { openZone, type Zone } from '../core/calendar.ts';
import { AnnalsError } from '../core/errors.ts';
import { type Micros, millisecond } from '../core/micros.ts';
import { parseSince, parseWindow, periodsOf, type Window, windowName } from '../core/window.ts';
import type { ClientParts } from '../export/asking/client-parts.ts';
import { fetchAsk } from '../export/asking/fetch-ask.ts';
import { httpAsk } from '../export/asking/http-ask.ts';
import { nodeDisk } from '../export/disk.ts';
import { csvFormat } from '../export/formats/csv.ts';
import { jsonFormat } from '../export/formats/json.ts';
import { ndjsonFormat } from '../export/formats/ndjson.ts';
import { tcloudFormat } from '../export/formats/tcloud.ts';
import type { Question } from '../export/manifest.ts';
import { nameOutputs, type Outputs } from '../export/naming.ts';
import type { Compression } from '../export/sinks/blocks.ts';
import type { Format, Source, Transform } from '../export/stages.ts';
import type { CliContext } from './context.ts';
import { type ExportFlags, type PaceFlags, splitOf, writingOf } from './export-flags.ts';
import { filtersOf } from './filter-options.ts';
import { nativeDraft } from './native-shape.ts';
import { defaultSleep } from './sleep.ts';
import { findTrail, type Mapping, nativeCsv, type SourceFlags, type Trail } from './sources.ts';

export type AllFlags = ExportFlags & SourceFlags;

/** What was asked on the command line, checked; nothing was sent or written yet. */
export interface Asked {
  readonly flags: AllFlags;
  readonly trail: Trail;
  readonly zone: Zone;
  /** The window as of now; a resumed export goes on with the one it had. */
  readonly window: Window;
  readonly compress: Compression | undefined;
  /** Everything that decides what is written, except the moment `--since` counts from. */
  readonly question: Omit<Question, 'window'>;
  readonly mark: string;
  /** For `--shape native`, where the objects are not native already. */
  readonly mapping: Mapping | undefined;
}

/** Throws `invalid` for what cannot be meant. */
export async function readQuestion(typed: AllFlags, context: CliContext): Promise<Asked> {
  const flags = { ...typed, ...(await asDirectory(typed.output, context)) };
  const zone = openZone(flags.timezone);
  const window = parseWindow(flags, zone, context.clock());
  const { format, compress } = writingOf(flags);
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
  const trail = await findTrail(flags, context);
  checkProving(flags, trail);
  const question = {
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
  const mark = createHash('sha256')
    .update(JSON.stringify([question, flags.from, flags.to, flags.output, flags.proof]))
    .digest('hex')
    .slice(0, 16);
  const mapping = flags.shape === 'native' ? await trail.loadMapping?.() : undefined;
  return { flags, trail, zone, window, compress, question, mark, mapping };
}

function checkProving({ proof, redact, manifest, output }: AllFlags, trail: Trail): void {
  const refuse = (what: string, why: string) => {
    throw new AnnalsError('invalid', `Cannot use ${what}: ${why}`);
  };
  if (trail.openProofs === undefined) {
    if (proof === true) refuse('--proof', 'only a trail of --source annals can be proved');
    if (redact !== undefined) refuse('--redact', 'only --source annals knows what is personal');
  }
  if (proof !== true) return;
  if (output === '-') refuse('--proof with --output -', 'the proof stands beside files');
  if (!manifest) refuse('--proof with --no-manifest', 'the manifest says what belongs together');
}

/** An output that is a directory is written like one. */
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

/** The rest of an export, once its window and its beginning are settled. */
export interface Prepared {
  readonly open: (proved?: { readonly snapshot: number }) => Source;
  readonly parts: ClientParts;
  readonly transform: Transform | undefined;
  readonly window: Window;
  readonly question: Question;
  readonly outputs: Outputs;
  readonly format: Format;
  readonly compress: Compression | undefined;
}

export function prepare(
  asked: Asked,
  { window, startedAt }: { readonly window: Window; readonly startedAt: Micros },
  context: CliContext,
  note: (text: string) => void,
): Prepared {
  const { flags, trail, zone, compress, question, mapping } = asked;
  const { filters, split } = question;
  const { format } = writingOf(flags);
  const parts = clientParts(flags, trail, context, note);
  const open = (proved?: { readonly snapshot: number }) =>
    trail.open(parts, {
      window,
      filters,
      ...(flags.pageSize !== undefined && { pageSize: flags.pageSize }),
      ...(flags.redact !== undefined && { redact: flags.redact }),
      ...(proved && { proved }),
    });
  // Nothing is asked by this; but a filter the vendor's events have nothing for is refused now.
  open();
  return {
    parts,
    open,
    transform:
      mapping && ((entry) => ({ ...entry, text: JSON.stringify(nativeDraft(mapping, entry)) })),
    window,
    question: { ...question, window },
    outputs: nameOutputs({
      cwd: context.cwd,
      output: flags.output === '-' ? undefined : flags.output,
      format,
      compress,
      periods: periodsOf(window, split, zone),
      windowName: windowName(window, zone),
      split: split !== undefined,
    }),
    format: formatOf(asked, startedAt),
    compress,
  };
}

function formatOf({ flags, trail, question, mapping }: Asked, startedAt: Micros): Format {
  if (flags.envelope === 'tcloud') {
    return tcloudFormat({
      exportedAt: startedAt,
      filters: question.filters,
      ...(flags.since !== undefined && { since: flags.since }),
      ...(flags.from !== undefined && { startDate: flags.from }),
      ...(flags.to !== undefined && { endDate: flags.to }),
    });
  }
  if (question.format === 'csv') return csvFormat(mapping === undefined ? trail.csv : nativeCsv);
  return question.format === 'ndjson' ? ndjsonFormat : jsonFormat;
}

export function clientParts(
  flags: PaceFlags,
  trail: Pick<Trail, 'verifyCertificates'>,
  context: CliContext,
  note: (text: string) => void,
): ClientParts {
  const { clock, random, fetch, sleep = defaultSleep } = context;
  const { chunkDownloadTimeout: silence, retries } = flags;
  const word = new Uint32Array(1);
  return {
    clock,
    ask:
      fetch !== undefined
        ? fetchAsk(fetch)
        : httpAsk({
            ...(silence !== undefined && { idleMilliseconds: parseSince(silence) / millisecond }),
            ...(trail.verifyCertificates === false && { verifyCertificates: false }),
          }),
    patience: {
      sleep,
      note,
      chance: () => {
        random(new Uint8Array(word.buffer));
        return (word[0] ?? 0) / 2 ** 32;
      },
      ...(retries !== undefined && { retries }),
    },
  };
}
