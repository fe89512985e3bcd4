import { formatInstant, type Micros } from '../core/micros.ts';
import type { Split, Window } from '../core/window.ts';
import type { AppliedFilters, ExportFilters } from './filters.ts';
import type { Manifest, ManifestFile } from './manifest-schema.ts';
import type { ProofFacts } from './proofs/prover.ts';
import type { EntryFacts, FileFacts, OutputFile, Shortfall, SourceOrigin } from './stages.ts';

/** Everything that decides what is in an export. */
export interface ExportQuery {
  readonly origin: SourceOrigin;
  readonly window: Window;
  /** As typed, when the window was given that way. */
  readonly since?: string;
  readonly timezone: string;
  readonly split: Split | undefined;
  readonly filters: ExportFilters;
  readonly format: string;
  readonly envelope: string | undefined;
  readonly compress: string | undefined;
  readonly shape: string;
  /** Personal fields were left out. */
  readonly redact?: 'personal';
}

export interface ManifestFacts {
  readonly query: ExportQuery;
  /** Of the query: by it a later run recognises the export as its own. */
  readonly fingerprint: string;
  readonly appliedFilters: AppliedFilters;
  readonly startedAt: Micros;
  readonly outputFiles: readonly OutputFile[];
  readonly files: readonly FileFacts[];
  readonly proof?: ProofFacts;
  /** The first sequence that the source still had, when it had dropped events of the window. */
  readonly keptFrom?: number | undefined;
  /** Why it is not complete, and the line that continues it; absent when it is. */
  readonly incomplete?: { readonly reason: string; readonly continueWith: string };
  /** Of an export whose files are whole, though the source said that it had more. */
  readonly shortfall?: Shortfall;
}

/**
 * The manifest as text: what an export says about itself. Equal exports have equal manifests, interrupted or not, so it
 * holds nothing about how the work went. `complete` is true only when every file is there and whole, with all that the
 * source had.
 */
export function manifestText({
  query,
  fingerprint,
  appliedFilters,
  startedAt,
  outputFiles,
  files,
  proof,
  keptFrom,
  incomplete,
  shortfall,
}: ManifestFacts): string {
  const total = (of: (file: FileFacts) => number) => files.reduce((sum, file) => sum + of(file), 0);
  const emptyPeriods = files.flatMap(({ skipped }, index) =>
    skipped === true ? [describeWindow(outputFiles[index]!.window)] : [],
  );
  const manifest: Manifest = {
    manifestVersion: 1,
    complete:
      incomplete === undefined && shortfall === undefined && files.length === outputFiles.length,
    ...incomplete,
    ...(shortfall && { reason: shortfallSentence(shortfall), ...shortfall }),
    ...(keptFrom !== undefined && { keptFrom }),
    source: query.origin,
    window: {
      from: formatInstant(query.window.from),
      to: formatInstant(query.window.to),
      ...(query.since !== undefined && { since: query.since }),
      timezone: query.timezone,
      split: query.split,
    },
    filters: {
      asked: query.filters,
      appliedBySource: appliedFilters.bySource,
      appliedHere: appliedFilters.byClient,
    },
    format: query.format,
    envelope: query.envelope,
    compress: query.compress,
    shape: query.shape,
    ...(query.redact !== undefined && { redact: query.redact }),
    order: 'oldest first',
    startedAt: formatInstant(startedAt),
    question: fingerprint,
    entries: total((file) => file.entries),
    bytes: total((file) => file.bytes),
    filesExpected: outputFiles.length - emptyPeriods.length,
    files: files.flatMap((file, index) =>
      file.skipped === true ? [] : [describeFile(file, outputFiles[index]?.window)],
    ),
    ...(emptyPeriods.length > 0 && { emptyPeriods }),
    ...(proof && { proof }),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** In the manifest and on stderr. */
export function shortfallSentence({ expected, received }: Shortfall): string {
  return `the source said that its list has ${expected} entries, and gave ${received}, in two walks one after the other`;
}

function describeFile(file: FileFacts, window: Window | undefined): ManifestFile {
  const { name, entries, bytes, sha256, first, last } = file;
  return {
    name,
    ...(window && describeWindow(window)),
    entries,
    bytes,
    sha256,
    ...(first && { first: describeEntry(first) }),
    ...(last && { last: describeEntry(last) }),
  };
}

const describeWindow = ({ from, to }: Window) => ({
  from: formatInstant(from),
  to: formatInstant(to),
});

const describeEntry = ({ id, at }: EntryFacts) => ({ id, at: formatInstant(at) });

/**
 * Whether a manifest says that the export of this query and window is complete, and was begun when the window had
 * ended: what happened later in the window is not in it.
 */
export function isCompleteManifest(text: string, fingerprint: string, { to }: Window): boolean {
  const end = formatInstant(to);
  let manifest: { readonly [Name in keyof Manifest]?: unknown };
  try {
    // Read without the schema, which an export does not load. What is not a manifest has none of these values.
    manifest = JSON.parse(text) ?? {};
  } catch {
    return false;
  }
  const window = manifest.window as { readonly to?: unknown } | null | undefined;
  const hadEnded = window?.to === end && String(manifest.startedAt) >= end;
  return manifest.complete === true && manifest.question === fingerprint && hadEnded;
}
